// SPDX-License-Identifier: Apache-2.0
#include "lib/base/phone_number.h"

#include <array>

namespace sms2fa {

namespace {
constexpr size_t kFewestDigits = 7;
constexpr size_t kMostDigits = 15;  // ITU-T E.164 (11/2010), 6.1
constexpr std::string_view kSeparators = " -./()";
// Codes that ITU-T E.164 gives to no country: freephone, shared cost, ships and satellites,
// personal numbers, networks, disaster relief, premium rate; and North America's premium rate.
constexpr std::array<std::string_view, 10> kForbiddenPrefixes = {
    "+800", "+808", "+87", "+881", "+882", "+883", "+888", "+979", "+991", "+1900"};
}  // namespace

std::optional<PhoneNumber> PhoneNumber::parse_international(std::string_view text) {
  if (text.size() < 2 || text[0] != '+' || text[1] == '0') return std::nullopt;
  std::string e164 = "+";
  for (const char c : text.substr(1)) {
    if (c >= '0' && c <= '9') {
      e164 += c;
    } else if (kSeparators.find(c) == std::string_view::npos || e164.size() == 1) {
      return std::nullopt;
    }
    if (e164.size() > kMostDigits + 1) return std::nullopt;
  }
  if (e164.size() < kFewestDigits + 1) return std::nullopt;
  return PhoneNumber(std::move(e164));
}

std::string PhoneNumber::masked() const {
  return mask_ending_in(std::string_view(e164_).substr(e164_.size() - 2));
}

bool PhoneNumber::is_forbidden() const {
  for (const auto prefix : kForbiddenPrefixes)
    if (e164_.starts_with(prefix)) return true;
  return false;
}

std::string mask_ending_in(std::string_view last_two) {
  return "********" + std::string(last_two);
}

}  // namespace sms2fa
