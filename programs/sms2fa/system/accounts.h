// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <functional>

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "programs/sms2fa/system/sudoers.h"

namespace sms2fa {

// An account of this machine that a person may log in to.
struct Account {
  std::string name;
  uid_t uid = 0;
  bool is_root = false;
  bool has_password = false;  // false also when this process may not know
  SudoRights sudo;
  bool has_way = false;    // a code would get this person in now
  std::string way;         // the masked number, or why there is none
  std::string locked_out;  // what too many wrong codes have done; empty: nothing
};

inline constexpr size_t kMostAccounts = 10'000;

// Those with a shell that lets people in: root, and users from number 1000 on; no more than
// kMostAccounts.
// Without settings nobody has a way. An error: directory or store can't be asked.
Result<std::vector<Account>> read_accounts(const Configuration* settings);

// One of them, whatever its number and shell; ErrorKind::not_found when there is none of that name.
Result<Account> read_account(const Configuration& settings, const std::string& name);

// The names of those that are meant, ten at most, and how many more there are.
std::string names_of(const std::vector<Account>& accounts,
                     const std::function<bool(const Account&)>& which);

}  // namespace sms2fa
