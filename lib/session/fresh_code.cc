// SPDX-License-Identifier: Apache-2.0
#include "lib/session/fresh_code.h"

#include <string_view>
#include <utility>

#include "lib/otp/pin.h"

namespace sms2fa {

namespace {

// Without letters that look like digits, for the ref is read aloud.
constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
constexpr std::string_view kDigits = "23456789";

}  // namespace

Result<FreshCode> make_code(Random& random, const CodeSettings& settings) {
  auto code = make_pin(random, settings.alphabet, settings.length);
  if (!code) return code.error();
  const auto letter = random.below(kLetters.size());
  if (!letter) return letter.error();
  const auto digit = random.below(kDigits.size());
  if (!digit) return digit.error();
  return FreshCode{std::move(*code), {kLetters[*letter], kDigits[*digit]}};
}

}  // namespace sms2fa
