// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pam_module/relay.h"

namespace sms2fa {

// The PAM code for an outcome: the only place where one is chosen, and PAM_SUCCESS has one way in.
// Never PAM_IGNORE, which can let a stack pass; never PAM_MAXTRIES, on which sshd 9.2 switches
// every method off and its client shows a password prompt that cannot succeed.
int pam_code_of(Outcome outcome) noexcept;

}  // namespace sms2fa
