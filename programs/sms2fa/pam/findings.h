// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

// Looks over a service that names pam_sms2fa.so. "ok: … asks for a code" is said only when nobody
// gets in without. What stands in `said` already, of a part that others include, is not said again;
// of a part alone nobody knows what else it asks for.
void check_stack(const PamStack& stack, bool is_part, std::set<std::string>& said,
                 Findings& findings);

}  // namespace sms2fa
