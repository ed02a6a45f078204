// SPDX-License-Identifier: Apache-2.0
// Untrusted text on its way to logs, prompts and messages.
#include "lib/base/text.h"

#include "lib/base/escape.h"
#include "lib/base/phone_number.h"
#include "lib/config/message_template.h"
#include "lib/delivery/form.h"
#include "lib/directory/number_text.h"
#include "tests/fuzz/fuzz.h"

namespace sms2fa::test {

namespace {

bool printable(std::string_view text) {
  for (const char c : text)
    if (c < ' ' || c > '~') return false;
  return true;
}

}  // namespace

void fuzz(std::string_view input) {
  for (const size_t most : {size_t{4}, size_t{17}, size_t{128}}) {
    const std::string escaped = escape(input, most);
    promise(escaped.size() <= most && printable(escaped));
    char small[32];
    promise(escape_into(small, sizeof small, input) < sizeof small && printable(small));
  }
  promise(printable(percent_encode(input)));
  promise(ascii_lower(input).size() == input.size());
  promise(trim(input).size() <= input.size());
  if (gsm7_length(input) > 0) promise(is_valid_utf8(input) && gsm7_length(input) >= input.size());
  (void)replace_placeholder(input, "{code}", "{code}{code}");
  if (const auto number = PhoneNumber::parse_international(input)) {
    promise(number->e164().size() >= 8 && number->e164().size() <= 16);
    promise(printable(number->masked()));
  }
  const auto digits = number_digits(input, "IE");
  promise(digits ? digits->size() <= 20 : printable(digits.error().message));
  std::string message;
  if (take_message(input, message).empty()) {
    promise(message.find("{code}") != std::string::npos);
    (void)why_not_sms(message, 10);
  }
  std::string word;
  (void)take_prompt(input, word);
  (void)take_language(input, word);
  (void)take_gateway_text(input, word);
}

}  // namespace sms2fa::test
