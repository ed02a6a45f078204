// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

// True for any module file of ours: "pam_sms2fa.so", wherever it is.
bool is_ours(const PamLine& line);

// True for a module that asks for something the person knows.
bool is_first_factor(const PamLine& line);

// True for a module that decides nothing about who somebody is.
bool is_housekeeping(const PamLine& line);

// True for a line that counts a login that failed before it.
bool counts_failures(const PamLine& line);

// Which returns of a line are possible: of a module that is not known, every one.
PamReturns possible_returns(const PamLine& line);

// True for services of programs that run pam_rootok.so with the caller's own uid, so that it
// succeeds for root and nobody else. In sshd and login it succeeds for everybody.
bool root_calls_itself(const std::string& service);

}  // namespace sms2fa
