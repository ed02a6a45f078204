// SPDX-License-Identifier: Apache-2.0
#include "lib/base/phone_number.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string parsed(std::string_view text) {
  const auto number = PhoneNumber::parse_international(text);
  return number ? number->e164() : "(none)";
}

bool forbidden(std::string_view text) {
  const auto number = PhoneNumber::parse_international(text);
  return number && number->is_forbidden();
}

}  // namespace

TEST(separators_are_dropped) {
  CHECK_EQ(parsed("+353851234567"), "+353851234567");
  CHECK_EQ(parsed("+353 85 123 4567"), "+353851234567");
  CHECK_EQ(parsed("+353-(85)/123.4567"), "+353851234567");
}

TEST(national_forms_and_other_text_are_not_read) {
  for (const std::string_view text :
       {"0851234567", "00353851234567", "", "+", "++353851234567", "+ 353851234567",
        "+0353851234567", "+35385123456x", "+353851234567;ext=1", "tel:+353851234567",
        " +353851234567", "+353\n851234567", "+(353)851234567"})
    CHECK_EQ(parsed(text), "(none)");
}

TEST(full_width_digits_are_no_digits) {
  CHECK_EQ(parsed("+\xef\xbc\x93\xef\xbc\x95\xef\xbc\x93"
                  "851234567"),
           "(none)");
}

TEST(a_nul_is_no_separator) {
  CHECK_EQ(parsed(std::string_view("+35385\0"
                                   "1234567",
                                   14)),
           "(none)");
}

TEST(seven_to_fifteen_digits) {
  CHECK_EQ(parsed("+123456"), "(none)");
  CHECK_EQ(parsed("+1234567"), "+1234567");
  CHECK_EQ(parsed("+123456789012345"), "+123456789012345");
  CHECK_EQ(parsed("+1234567890123456"), "(none)");
  CHECK_EQ(parsed("+1" + std::string(1 << 20, ' ')), "(none)");
}

TEST(the_mask_shows_two_digits_and_no_length) {
  CHECK_EQ(PhoneNumber::parse_international("+353851234567")->masked(), "********67");
  CHECK_EQ(PhoneNumber::parse_international("+1234567")->masked(), "********67");
  CHECK_EQ(mask_ending_in("05"), "********05");
}

TEST(satellite_and_premium_prefixes_are_forbidden) {
  for (const std::string_view text :
       {"+8816123456", "+882161234567", "+88312345678", "+97912345678", "+1 900 555 0100"})
    CHECK(forbidden(text));
  for (const std::string_view text :
       {"+353851234567", "+19015550100", "+88012345678", "+9711234567", "+4490012345"})
    CHECK(!forbidden(text));
}
