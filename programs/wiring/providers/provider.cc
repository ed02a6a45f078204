// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/providers/provider.h"

#include "lib/base/phone_number.h"

namespace sms2fa {

std::string take_number(std::string_view text, std::string& out) {
  std::string number(text);
  if (!normalise_number(number)) return kNotInternational;
  out = std::move(number);
  return {};
}

std::string take_text(std::string_view text, std::string& out) {
  out = text;
  return {};
}

bool normalise_number(std::string& number) {
  const auto parsed = PhoneNumber::parse_international(number);
  if (parsed) number = parsed->e164();
  return parsed.has_value();
}

}  // namespace sms2fa
