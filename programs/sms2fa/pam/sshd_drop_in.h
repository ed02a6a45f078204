// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/edit.h"

namespace sms2fa {

// Before those of others, because sshd takes the first value that it reads.
inline constexpr const char* kSshdDropIn = "/etc/ssh/sshd_config.d/00-sms2fa.conf";

// What sshd needs so that its PAM service can ask.
std::string drop_in_text(AskedFirst first);

// True for a text that begins as ours do.
bool is_our_drop_in(std::string_view text);

// Such a text without what drop_in_text() puts there: what others have added. Empty: nothing.
std::string without_our_settings(std::string_view text);

// sshd's settings as they would be if `text` stood in kSshdDropIn; changes nothing. An error when
// sshd refuses them, when its configuration does not include that file, or when a line before the
// include decides otherwise; its sentence says what to do.
Result<SshdSettings> settings_with_drop_in(const std::string& text);

}  // namespace sms2fa
