// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/sshd_keys.h"

#include <pwd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "lib/base/text.h"
#include "programs/sms2fa/system/accounts.h"

namespace sms2fa {

namespace {

bool is_set(const SshdSettings& settings, const char* name) {
  const auto found = settings.find(name);
  return found != settings.end() && found->second != "none" && !found->second.empty();
}

// As sshd_config(5) says under TOKENS; a path that is not absolute is one in the home.
std::string path_of(const std::string& pattern, const passwd& account) {
  std::string path;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      path += pattern[i];
      continue;
    }
    const char token = pattern[++i];
    if (token == 'h') path += account.pw_dir;
    if (token == 'u') path += account.pw_name;
    if (token == 'U') path += std::to_string(account.pw_uid);
    if (token == '%') path += '%';
  }
  return path.starts_with('/') ? path : std::string(account.pw_dir) + "/" + path;
}

bool has_line(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (const auto text = trim(line); !text.empty() && text.front() != '#') return true;
  return false;
}

}  // namespace

bool may_have_key(const std::string& user, const SshdSettings& settings) {
  if (is_set(settings, "authorizedkeyscommand") || is_set(settings, "trustedusercakeys"))
    return true;
  const passwd* account = getpwnam(user.c_str());
  const auto files = settings.find("authorizedkeysfile");
  if (account == nullptr || files == settings.end()) return false;
  std::istringstream patterns(files->second);
  for (std::string pattern; patterns >> pattern;)
    if (has_line(path_of(pattern, *account))) return true;
  return false;
}

void check_keys(const Configuration& configuration, const SshdSettings& settings,
                Findings& findings) {
  const auto accounts = read_accounts(&configuration);
  if (!accounts) return findings.add(accounts.error());
  std::vector<Account> with_way;
  std::copy_if(accounts->begin(), accounts->end(), std::back_inserter(with_way),
               [](const Account& account) { return account.has_way; });
  const auto has_none = [&](const Account& account) {
    return !may_have_key(account.name, settings);
  };
  const std::string names = names_of(with_way, has_none);
  if (std::all_of(with_way.begin(), with_way.end(), has_none))
    findings.add(
        make_error(ErrorKind::configuration,
                   "nobody who has a second factor has an SSH key here, so sshd would lock "
                   "everybody out; copy one first, from where it is: ssh-copy-id USER@HOST"));
  else if (!names.empty())
    findings.add(Severity::warning,
                 "sshd would lock these out, who have no SSH key here: " + names);
}

}  // namespace sms2fa
