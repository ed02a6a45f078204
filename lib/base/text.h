// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace sms2fa {

// Untrusted text made fit for a log line or a prompt, as escape_into() does, cut at `most`
// characters.
std::string escape(std::string_view text, size_t most = 128);

// True when `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_valid_utf8(std::string_view text);

// Lower-cases A-Z only; the locale has no say.
std::string ascii_lower(std::string_view text);

// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);

// The characters an SMS of this text needs in the GSM 03.38 default alphabet, extension characters
// counting twice, or 0 when a character is outside it (the message would go out as UCS-2 and cost
// more parts). Only the ASCII part of the alphabet is known here: our templates have no other.
size_t gsm7_length(std::string_view text);

// Replaces every `{name}` by `value`. Text that `value` brings in is not looked at again.
std::string replace_placeholder(std::string_view text, std::string_view name,
                                std::string_view value);

// A day of the calendar as ISO 8601 has it: "2027-03-01".
std::string iso_date(std::chrono::sys_days day);

}  // namespace sms2fa
