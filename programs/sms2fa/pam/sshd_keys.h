// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "programs/sms2fa/doctor/doctor.h"

namespace sms2fa {

// False when sshd, with these settings, plainly finds no key for this account: no file of
// AuthorizedKeysFile has a line. True also where a command or a certificate may stand for one.
bool may_have_key(const std::string& user, const SshdSettings& settings);

// Who of those with a second factor has no key; an error when nobody has one.
void check_keys(const Configuration& configuration, const SshdSettings& settings,
                Findings& findings);

}  // namespace sms2fa
