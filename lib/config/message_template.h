// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/config/configuration_values.h"

// What may stand in the texts that people and gateways receive. As in configuration_values.h: "" or
// the reason, without the text itself.
namespace sms2fa {

// A message of [message]: {code} is there, every brace belongs to a placeholder, no control
// characters.
std::string take_message(std::string_view text, std::string& out);

// At most 100 bytes, without braces.
std::string take_prompt(std::string_view text, std::string& out);

// A BCP 47 tag such as en-US; only its shape is looked at.
std::string take_language(std::string_view text, std::string& out);

// Why `sms` may not go out as a text message, filled with the longest values it can meet: it holds
// a link, a character outside GSM-7, or more than 160 characters.
std::string why_not_sms(std::string_view sms, unsigned code_length);

// A form value or JSON text of a gateway: of the words in braces only {to}, {to_digits} and {text}
// are known.
// Other braces are left alone, for JSON is full of them.
std::string take_gateway_text(std::string_view text, std::string& out);

}  // namespace sms2fa
