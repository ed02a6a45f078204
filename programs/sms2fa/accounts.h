// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// An account of this machine that a person may log in to.
struct Account {
  std::string name;
  bool is_root = false;
  bool has_password = false;  // false also when this process may not know
  bool is_admin = false;      // in a group that sudo lets become root
  bool has_way = false;       // a code would get this person in now
  std::string way;            // the masked number, or why there is none
  bool barred = false;        // there would be a way, but for too many wrong codes
};

inline constexpr size_t kMostAccounts = 10'000;

// Those with a shell that lets people in: root, and users from number 1000 on; no more than
// kMostAccounts.
// Without settings nobody has a way. An error: directory or store can't be asked.
Result<std::vector<Account>> read_accounts(const Configuration* settings);

// One of them, whatever its number and shell; ErrorKind::not_found when there is none of that name.
Result<Account> read_account(const Configuration& settings, const std::string& name);

}  // namespace sms2fa
