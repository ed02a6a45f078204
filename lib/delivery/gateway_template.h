// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/delivery/login_message.h"

namespace sms2fa {

// Where a value stands, and so how it is escaped.
enum class Place {
  url,     // path or query: everything but the unreserved characters of RFC 3986
  form,    // left as it is: whoever builds the form encodes it
  json,    // inside a string of RFC 8259
  header,  // control characters become blanks
};

// A text with {to} (E.164), {to_digits} (without the plus) and {text} in it. Other braces are left
// alone, and what is filled in is never looked at again.
bool has_placeholder(std::string_view text);

// The text filled for one message. It holds the code: the caller wipes it. Throws std::bad_alloc.
std::string fill(std::string_view text, const LoginMessage& message, Place place);

}  // namespace sms2fa
