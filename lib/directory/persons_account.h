// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"

namespace sms2fa {

// The files that say which accounts are people's. Another place is for tests.
struct AccountRules {
  std::string shells = "/etc/shells";          // shells(5)
  std::string login_defs = "/etc/login.defs";  // UID_MIN of login.defs(5)
};

// Whether an account is a person's: its number is at least UID_MIN (1000 where nothing says so),
// and its shell is a login shell of this machine, which nologin and false never are. False where
// there is no such account. Reads the files anew; may block. An error: name services failed.
Result<bool> is_persons_account(const std::string& user, const AccountRules& rules = {});

}  // namespace sms2fa
