// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>

#include "lib/base/text.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/stack.h"
#include "programs/sms2fa/system/accounts.h"

namespace sms2fa {

namespace {

constexpr const char* kConsole = "/etc/pam.d/login";
constexpr const char* kRootsKeys = "/root/.ssh/authorized_keys";

using Accounts = std::vector<Account>;

std::string first_name(const Accounts& accounts, const std::function<bool(const Account&)>& which) {
  const auto found = std::find_if(accounts.begin(), accounts.end(), which);
  return found == accounts.end() ? "USER" : escape(found->name);
}

void add_bar(const Account& account, Findings& findings) {
  if (account.locked_out.empty()) return;
  const std::string name = escape(account.name);
  findings.add(Severity::warning, name + " is " + account.locked_out +
                                      ", after too many wrong codes; to end it: sms2fa unlock " +
                                      name);
}

void judge_ways(const Accounts& accounts, const std::string& services, Findings& findings) {
  const auto person = [](const Account& account) { return !account.is_root; };
  const auto stranded = [&](const Account& a) {
    return person(a) && !a.has_way && a.locked_out.empty();
  };
  const auto none = [&](const Account& account) { return !account.has_way; };
  const bool anybody = std::any_of(accounts.begin(), accounts.end(),
                                   [](const Account& account) { return account.has_way; });
  if (!anybody)
    findings.add(make_error(ErrorKind::configuration,
                            "not one account can log in, so " + services +
                                " would lock everybody out; before you end this session put their "
                                "numbers on record (man 5 sms2fa-users.conf), or enroll each: "
                                "sms2fa enroll " +
                                first_name(accounts, none)));
  else if (const auto names = names_of(accounts, stranded); !names.empty())
    findings.add(Severity::warning, services + " would lock these out, who can't log in: " + names +
                                        "; put their numbers on record (man 5 sms2fa-users.conf), "
                                        "or enroll each: sms2fa enroll " +
                                        first_name(accounts, stranded));
  else
    findings.add(Severity::ok, "everybody with a shell can log in");
  for (const auto& account : accounts) add_bar(account, findings);
}

// The doors to root, and what each needs.
struct Doors {
  std::string console_asks;  // the file whose line asks for a code, or ""
  bool sudo_asks = false;
  bool root_password = false;
  bool root_way = false;
  // Somebody whom sudo lets become root has a password for the console, and
  bool admin_unasked = false;   // is asked for nothing more,
  bool admin_password = false;  // or for a password that somebody has,
  bool admin_way = false;       // who can log in, too.
  bool root_key = false;        // ssh takes root's key, without a code
};

// Of a list of users or groups. True when it is not set.
bool list_lets_root_in(const std::string& list, bool denies) {
  if (list.empty()) return true;
  // Patterns, negations and hosts are left undecided.
  if (list.find_first_of("*?!@%") != std::string::npos) return false;
  const bool named = (" " + list + " ").find(" root ") != std::string::npos;
  return named != denies;
}

// True when sshd plainly lets root in for a key and nothing else; false when in doubt.
bool key_is_enough(const SshdSettings& sshd) {
  const auto value = [&](const char* name) {
    const auto found = sshd.find(name);
    return found == sshd.end() ? std::string() : found->second;
  };
  const std::string methods = " " + value("authenticationmethods") + " ";
  const bool enough =
      methods == "  " || methods == " any " || methods.find(" publickey ") != std::string::npos;
  const std::string root = value("permitrootlogin");
  const bool permitted = root == "yes" || root == "prohibit-password" || root == "without-password";
  const std::string files = " " + value("authorizedkeysfile") + " ";
  return value("pubkeyauthentication") == "yes" && permitted && enough &&
         files.find(" .ssh/authorized_keys ") != std::string::npos &&
         list_lets_root_in(value("allowusers"), false) &&
         list_lets_root_in(value("allowgroups"), false) &&
         list_lets_root_in(value("denyusers"), true) && value("denygroups").empty();
}

bool root_has_a_key() {
  std::ifstream file(kRootsKeys);
  for (std::string line; std::getline(file, line);)
    if (const auto text = trim(line); !text.empty() && text.front() != '#') return true;
  return false;
}

// Whom sudo asks for a password when this person calls it; nullptr when it is nobody.
const Account* asked_for(const Account& caller, const Accounts& accounts) {
  if (caller.sudo.asked.empty()) return &caller;
  const auto found = std::find_if(accounts.begin(), accounts.end(), [&](const Account& account) {
    return account.name == caller.sudo.asked;
  });
  return found == accounts.end() ? nullptr : &*found;
}

Doors doors_of(const Accounts& accounts, const std::optional<SshdSettings>& sshd,
               const PamTexts& texts) {
  Doors doors;
  doors.console_asks = file_that_asks("login", texts);
  doors.sudo_asks = !file_that_asks("sudo", texts).empty();
  for (const auto& account : accounts) {
    if (account.is_root && account.has_password) doors.root_password = true;
    if (account.is_root && account.has_way) doors.root_way = true;
    if (!account.sudo.becomes_root || !account.has_password) continue;
    doors.admin_unasked = doors.admin_unasked || account.sudo.unasked;
    const Account* asked = asked_for(account, accounts);
    if (asked == nullptr || !asked->has_password) continue;
    doors.admin_password = true;
    doors.admin_way = doors.admin_way || asked->has_way;
  }
  doors.root_key = sshd && key_is_enough(*sshd) && root_has_a_key();
  return doors;
}

// What lets somebody become root at the console, for whom its file or a missing password stands in
// the way.
std::string how_to_open(const std::string& file, bool by_password) {
  if (file.empty()) return "give root a password for the console: passwd root";
  const std::string password = by_password ? "" : " && passwd root";
  if (file == kConsole) return std::string("sed -i '/pam_sms2fa.so/d' ") + kConsole + password;
  return "pam_sms2fa.so stands in " + escape(file) +
         ", for more than the console; put it into the other services' own files";
}

void judge_doors(const Doors& doors, Findings& findings) {
  const bool by_password =
      doors.root_password || doors.admin_unasked || (doors.admin_password && !doors.sudo_asks);
  const bool by_console = doors.console_asks.empty() && by_password;
  if (by_console || doors.root_key)
    return findings.add(Severity::ok,
                        std::string("when daemon or provider fail, root is still reached ") +
                            (by_console ? "at the console" : "by root's key and ssh"));
  const std::string why = std::string(
      !doors.console_asks.empty() ? "the console asks for a code"
      : doors.admin_password      ? "root has no password for the console, and sudo asks for a code"
                                  : "nobody who can become root has a password for the console");
  const std::string mend = how_to_open(doors.console_asks, by_password);
  const bool with_code =
      (doors.root_password && doors.root_way) || (doors.admin_password && doors.admin_way);
  if (with_code)
    findings.add(Severity::warning, "when daemon or provider fail, nobody can become root here: " +
                                        why + "; keep one: " + mend);
  else
    findings.add(
        make_error(ErrorKind::configuration,
                   "this is the last path to root: once this session ends, nobody can become "
                   "root here, because " +
                       why + ", and none of them can log in; before you go: " + mend));
}

}  // namespace

void judge_sudo(const Accounts& accounts, Findings& findings) {
  std::set<std::string> others;
  for (const auto& account : accounts)
    if (account.sudo.becomes_root && !account.sudo.unasked && !account.is_root)
      others.insert(account.sudo.asked);
  others.erase("");
  for (const auto& other : others) {
    const auto callers = names_of(accounts, [&](const Account& account) {
      return account.sudo.becomes_root && !account.sudo.unasked && !account.is_root &&
             account.sudo.asked == other;
    });
    const auto asked = std::find_if(accounts.begin(), accounts.end(),
                                    [&](const Account& account) { return account.name == other; });
    const bool has_way = asked != accounts.end() && asked->has_way;
    const std::string name = escape(other);
    findings.add(has_way ? Severity::note : Severity::warning,
                 "sudo asks " + callers + " for " + name + "'s password, and so for " + name +
                     "'s code (rootpw, runaspw or targetpw in sudoers)" +
                     (has_way ? ""
                              : ", and " + name + " can't log in; to enroll " + name +
                                    ": sms2fa enroll " + name));
  }
  const auto unasked = names_of(accounts, [](const Account& account) {
    return account.sudo.becomes_root && account.sudo.unasked && !account.is_root;
  });
  if (!unasked.empty())
    findings.add(Severity::warning, "sudo asks " + unasked +
                                        " for nothing, so for no code either "
                                        "(NOPASSWD or !authenticate in sudoers)");
}

void check_ways(const Configuration& settings, const std::string& services, Findings& findings) {
  const auto accounts = read_accounts(&settings);
  if (!accounts) return findings.add(accounts.error());
  judge_ways(*accounts, services, findings);
}

void check_last_door(const Configuration& settings, const std::optional<SshdSettings>& sshd,
                     const PamTexts& texts, Findings& findings) {
  const auto accounts = read_accounts(&settings);
  if (!accounts) return findings.add(accounts.error());
  judge_doors(doors_of(*accounts, sshd, texts), findings);
}

void check_doors(const Configuration* settings, const std::optional<SshdSettings>& sshd,
                 Findings& findings) {
  std::string services;
  for (const auto& service : pam_services())
    if (!file_that_asks(service).empty())
      services += (services.empty() ? "" : ", ") + escape(service);
  if (services.empty()) return;
  const auto accounts = read_accounts(settings);
  if (!accounts) return findings.add(accounts.error());
  if (accounts->size() == kMostAccounts)
    findings.add(Severity::note, "of the accounts only the first " + std::to_string(kMostAccounts) +
                                     " were looked at; ask about others by name: sms2fa doctor "
                                     "USER");
  if (settings != nullptr)
    judge_ways(*accounts, services, findings);
  else
    findings.add(Severity::warning, "a code is asked for by " + services +
                                        "; until the errors above are fixed sms2fad can't start, "
                                        "and without it nobody gets in by one");
  if (!file_that_asks("sudo").empty()) judge_sudo(*accounts, findings);
  judge_doors(doors_of(*accounts, sshd ? sshd_settings_of("root") : std::nullopt, {}), findings);
}

}  // namespace sms2fa
