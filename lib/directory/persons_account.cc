// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/persons_account.h"

#include <pwd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

namespace sms2fa {

namespace {

uid_t lowest_uid(const std::string& login_defs) {
  std::ifstream file(login_defs);
  uid_t lowest = 1000;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    uid_t value = 0;
    if (words >> key >> value && key == "UID_MIN") lowest = value;
  }
  return lowest;
}

// Without the file there are the two of getusershell(3).
bool is_login_shell(std::string_view shell, const std::string& shells) {
  if (shell.empty()) shell = "/bin/sh";
  if (shell.ends_with("/nologin") || shell.ends_with("/false")) return false;
  std::ifstream file(shells);
  if (!file) return shell == "/bin/sh" || shell == "/bin/csh";
  for (std::string line; std::getline(file, line);) {
    const std::string_view text(line);
    if (text.substr(0, text.find_first_of(" \t#")) == shell) return true;
  }
  return false;
}

}  // namespace

Result<bool> is_persons_account(const std::string& user, const AccountRules& rules) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  const int failed = getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (failed != 0)
    return make_error(ErrorKind::unavailable,
                      std::string("name services: ") + std::strerror(failed));
  if (found == nullptr) return false;
  return found->pw_uid >= lowest_uid(rules.login_defs) &&
         is_login_shell(found->pw_shell, rules.shells);
}

}  // namespace sms2fa
