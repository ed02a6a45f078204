// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace sms2fa {

// What sudo lets somebody do.
struct SudoRights {
  bool becomes_root = false;  // may run any command as root
  bool unasked = false;       // and is asked for nothing: NOPASSWD, or !authenticate
  // Whose password sudo asks for, and so whose code, when a command is to run as root: empty for
  // the caller's own (rootpw, runaspw and targetpw of sudoers(5)).
  std::string asked;
};

// From what `sudo -ll -U USER` says.
SudoRights read_sudo_rights(std::string_view text);

// Whom sudoers names.
struct SudoNames {
  std::set<std::string> users;
  std::set<std::string> groups;
};

// From what `cvtsudoers -f json` says, aliases included. nullopt: it can't be read.
std::optional<SudoNames> read_sudo_names(const std::string& json);

// Asks sudo about one account after the other, for as long as that does not take too long in all.
class Sudo {
 public:
  Sudo();

  bool is_installed() const { return !program_.empty(); }
  // nullopt when sudo does not answer, or the time is over. Needs root.
  std::optional<SudoRights> rights_of(const std::string& user) const;
  // nullopt without cvtsudoers.
  static std::optional<SudoNames> names();

 private:
  std::string program_;
  SteadyTime deadline_;
};

}  // namespace sms2fa
