// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace sms2fa {

// What is wrong with a phone number, for read_number() and its like: "the phone number " + reason.
Error number_error(ErrorKind kind, std::string reason);

// Of a national number when default_country is none that is known.
Error unknown_country();
// Of a number that is_forbidden().
Error forbidden_prefix();

// The '+', if there is one, and the digits of a number as people write it: with blanks and
// - . / ( ) between them, with a '+' at the front or in the national form of `default_country`
// (ISO 3166-1 alpha-2; empty: national forms are refused). Looks at characters and their count
// only, and costs well under a microsecond. An error names the character that is no part of a
// number and its place, and does not repeat the number.
Result<std::string> number_digits(std::string_view text, std::string_view default_country);

}  // namespace sms2fa
