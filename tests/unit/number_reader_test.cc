// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_reader.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string read(std::string_view text, std::string_view country) {
  const auto number = read_number(text, country);
  return number ? number->e164() : number.error().message;
}

PhoneNumber number(std::string_view text) {
  return *PhoneNumber::parse_international(text);
}

constexpr std::string_view kNoCountry =
    "the phone number does not begin with '+', and no default_country is configured";
constexpr std::string_view kBadCharacters =
    "the phone number must consist of digits, blanks and - . / ( )";
constexpr std::string_view kNotNational = "the phone number is not one of default_country";
constexpr std::string_view kBadInternational =
    "the phone number must be '+', country code and number, 7 to 15 digits in all";
constexpr std::string_view kForbidden =
    "the phone number has a satellite or premium-rate prefix, where no code may go";

}  // namespace

TEST(a_number_with_plus_needs_no_country) {
  CHECK_EQ(read("+353 85 123 4567", ""), "+353851234567");
  CHECK_EQ(read(" +353-85-123-4567 ", "US"), "+353851234567");
}

TEST(metadata_has_no_say_on_a_number_with_plus) {
  CHECK_EQ(read("+999123456789", ""), "+999123456789");
  CHECK_EQ(read("+35300000000", ""), "+35300000000");
  CHECK_EQ(read("+1 555 5555", "US"), "+15555555");
}

TEST(national_forms_follow_the_country) {
  CHECK_EQ(read("085 123 4567", "IE"), "+353851234567");
  CHECK_EQ(read("(085) 123-4567", "IE"), "+353851234567");
  CHECK_EQ(read("07911 123456", "GB"), "+447911123456");
  CHECK_EQ(read("202-555-0143", "US"), "+12025550143");
  CHECK_EQ(read("1 202 555 0143", "US"), "+12025550143");
  // Italian numbers keep their leading zero.
  CHECK_EQ(read("06 1234 5678", "IT"), "+390612345678");
}

TEST(the_country_s_own_international_prefix_is_understood) {
  CHECK_EQ(read("00 44 7911 123456", "IE"), "+447911123456");
  CHECK_EQ(read("011 44 7911 123456", "US"), "+447911123456");
}

TEST(national_forms_without_a_country_are_refused) {
  CHECK_EQ(read("085 123 4567", ""), kNoCountry);
  CHECK_EQ(read("00353851234567", ""), kNoCountry);
  CHECK_EQ(read("", ""), kNoCountry);
}

TEST(an_unknown_country_is_refused) {
  CHECK_EQ(read("085 123 4567", "XX"),
           "the phone number cannot be read: default_country or its calling code is unknown");
}

TEST(text_that_libphonenumber_would_take_is_refused) {
  for (const std::string_view text :
       {"1-800-FLOWERS", "085 123 4567 ext 5", "085 123 4567;ext=5", "tel:0851234567", "*100#",
        "\xef\xbc\x90\xef\xbc\x98\xef\xbc\x95"
        "1234567",
        "085\n1234567"})
    CHECK_EQ(read(text, "IE"), kBadCharacters);
  CHECK_EQ(read(std::string_view("085\0"
                                 "1234567",
                                 11),
                "IE"),
           kBadCharacters);
  CHECK_EQ(read(std::string(1 << 20, '1'), "IE"), kBadCharacters);
}

TEST(numbers_of_the_wrong_length_are_refused) {
  CHECK_EQ(read("12", "IE"), kNotNational);
  CHECK_EQ(read("()", "IE"), kNotNational);
  CHECK_EQ(read("085 123 4567 085 123 4567 0", "IE"), kNotNational);
  CHECK_EQ(read("+123", "IE"), kBadInternational);
  CHECK_EQ(read("+353 85 FLOWERS", "IE"), kBadInternational);
}

TEST(premium_and_satellite_numbers_are_refused_in_every_form) {
  CHECK_EQ(read("+1 900 555 0100", ""), kForbidden);
  CHECK_EQ(read("900-555-0100", "US"), kForbidden);
  CHECK_EQ(read("00 881 6 1234 5678", "IE"), kForbidden);
}

TEST(validity_is_a_hint) {
  CHECK(looks_valid(number("+353851234567")));
  CHECK(looks_valid(number("+12025550143")));
  CHECK(!looks_valid(number("+353001234")));
  CHECK(!looks_valid(number("+999123456789")));
}

TEST(the_country_of_a_number) {
  CHECK_EQ(country_of(number("+353851234567")), "IE");
  CHECK_EQ(country_of(number("+447400123456")), "GB");
  CHECK_EQ(country_of(number("+447797712345")), "JE");
  CHECK_EQ(country_of(number("+12025550143")), "US");
  CHECK_EQ(country_of(number("+14165550143")), "CA");
  CHECK_EQ(country_of(number("+18765550143")), "JM");
}

TEST(a_number_that_the_metadata_does_not_know_falls_to_its_code_s_main_country) {
  CHECK_EQ(country_of(number("+353001234")), "IE");
  CHECK_EQ(country_of(number("+440000000000")), "GB");
}

TEST(codes_of_no_country_have_none) {
  CHECK_EQ(country_of(number("+80012345678")), "");
  CHECK_EQ(country_of(number("+870712345678")), "");
  CHECK_EQ(country_of(number("+999123456789")), "");
}
