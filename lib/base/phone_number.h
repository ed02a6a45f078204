// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sms2fa {

// A number in E.164 form: '+', a country code that does not begin with 0, 7 to 15 digits in all.
// It says nothing about whether the number exists.
class PhoneNumber {
 public:
  // Reads international notation only: "+353 85 123 4567" with blanks, dashes, dots, slashes or
  // parentheses between the digits. Anything else, a national form included, is nullopt.
  static std::optional<PhoneNumber> parse_international(std::string_view text);

  // '+' and digits. For the provider's request only: logs and prompts take masked().
  const std::string& e164() const { return e164_; }

  // Eight stars and the last two digits, whatever the length: "********67".
  std::string masked() const;

  // True for numbers that no login code may ever go to by their prefix alone: those of no country
  // (+800, +808, +87x, +881 to +883, +888, +979, +991) and +1 900, where a message costs money and
  // shows nothing.
  bool is_forbidden() const;

  auto operator<=>(const PhoneNumber&) const = default;

 private:
  explicit PhoneNumber(std::string e164) : e164_(std::move(e164)) {}
  std::string e164_;
};

// The mask of a number whose last two digits are `last_two`; decoys use it directly.
std::string mask_ending_in(std::string_view last_two);

}  // namespace sms2fa
