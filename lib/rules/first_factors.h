// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "lib/config/rule_settings.h"

namespace sms2fa {

// What was proved before the question for a code.
struct FirstFactors {
  std::vector<FirstFactor> proved;
  // All of it could be read. Otherwise something else may have been proved, or something less.
  bool complete = true;
};

// What sshd wrote into SSH_AUTH_INFO_0, a line for each method that was passed (OpenSSH auth2.c,
// auth2_update_session_info()): its name and, of a key, the key or certificate as authorized_keys
// has it. A key is a publickey, and perhaps an sk or a cert as well.
FirstFactors read_first_factors(std::string_view ssh_auth_info);

// Whether `wanted` was proved: a cert without a CA is any.
bool proves(const FirstFactors& first, const FirstFactor& wanted);

}  // namespace sms2fa
