// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/pin.h"

#include <string>

namespace sms2fa {

namespace {

// The answer as it would look had it been typed like the code; at most `most` characters, which is
// one more than any code has, so that a longer answer can't match.
Secret canonical(std::string_view answer, size_t most) {
  std::string kept;
  kept.reserve(most);
  for (const char c : answer) {
    if (c == ' ' || c == '-') continue;
    if (kept.size() == most) break;
    kept += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  Secret result(kept);
  wipe(kept);
  return result;
}

}  // namespace

Result<Secret> make_pin(Random& random, Alphabet alphabet, unsigned length) {
  const std::string_view characters = characters_of(alphabet);
  Secret pin(std::string(length, ' '));
  for (unsigned i = 0; i < length; ++i) {
    const auto drawn = random.below(static_cast<uint32_t>(characters.size()));
    if (!drawn) return drawn.error();
    pin.writable()[i] = characters[*drawn];
  }
  return pin;
}

bool has_form_of_pin(std::string_view answer, Alphabet alphabet, size_t shortest, size_t longest) {
  const Secret given = canonical(answer, longest + 1);
  return given.size() >= shortest && given.size() <= longest &&
         given.reveal().find_first_not_of(characters_of(alphabet)) == std::string_view::npos;
}

bool pin_matches(const Secret& pin, std::string_view answer) {
  const Secret given = canonical(answer, pin.size() + 1);
  return !pin.empty() && equal_in_constant_time(pin, given);
}

}  // namespace sms2fa
