// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

using PamTell = std::function<void(Severity severity, const std::string& text)>;

// Looks over a line with pam_sms2fa.so for itself: its type, control, arguments and module file.
void check_our_line(const PamLine& line, const PamTell& tell);

// True for a line whose arguments say first=proved.
bool claims_first_factor(const PamLine& line);

}  // namespace sms2fa
