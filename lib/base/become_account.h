// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pwd.h>

namespace sms2fa {

// Gives up root for good: the process has this account's uid, its group, and no other groups.
// False, with errno, when it could not be done; what was done by then stays done, so the caller
// ends.
bool become_account(const passwd& account);

}  // namespace sms2fa
