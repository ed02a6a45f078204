// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/clock.h"
#include "lib/rules/decide.h"
#include "lib/session/login_request.h"

namespace sms2fa {

// What the rules of the configuration look at of this login. Claims of an ordinary user's programs
// about what was proved are none.
RuleFacts rule_facts(const LoginRequest& request, WallTime now);

}  // namespace sms2fa
