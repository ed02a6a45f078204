// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "lib/base/secret.h"

namespace sms2fa {

// RFC 4648, section 6, without padding, as otpauth URIs and people write keys.
Secret base32_encode(std::string_view bytes);

// Reads either case, with or without padding; blanks and dashes between the characters do not
// count. nullopt: another character, a length that no encoding has, or bits left over that are not
// zero.
std::optional<Secret> base32_decode(std::string_view text);

}  // namespace sms2fa
