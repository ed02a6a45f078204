// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_reader.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string read(std::string_view text, std::string_view country = "") {
  const auto number = read_number(text, country);
  return number ? number->e164() : number.error().message;
}

NumberFacts facts(std::string_view text) {
  return facts_of(*PhoneNumber::parse_international(text));
}

std::string country(std::string_view text) {
  return facts(text).country;
}

constexpr std::string_view kForbidden =
    "the phone number has a prefix where no code may go (satellite, premium rate, freephone)";

}  // namespace

TEST(international_numbers_need_no_country) {
  CHECK_EQ(read("+353 85 123 4567"), "+353851234567");
  CHECK_EQ(read(" +353-85-123-4567 ", "US"), "+353851234567");
  CHECK_EQ(read("(+353) 85 123 4567"), "+353851234567");
}

TEST(a_national_prefix_behind_the_country_code_is_dropped) {
  CHECK_EQ(read("+49 (0)151 23456789"), "+4915123456789");
  CHECK_EQ(read("+44 (0)20 7946 0018"), "+442079460018");
  CHECK_EQ(read("+44 (0) 7400 123456", "IE"), "+447400123456");
  CHECK_EQ(read("+353 085 123 4567"), "+353851234567");
  CHECK_EQ(read("+7 8 912 345 67 89"), "+79123456789");
  CHECK_EQ(read("+7 8 701 123 4567", "KZ"), "+77011234567");
  CHECK_EQ(read("+36 06 20 123 4567"), "+36201234567");
  CHECK_EQ(read("+1 1 202 555 0143"), "+12025550143");
  CHECK_EQ(read("+375 80 29 123 45 67"), "+375291234567");
  CHECK_EQ(read("+54 011 15 2345 6789"), "+5491123456789");
}

TEST(digits_that_look_like_a_national_prefix_stay) {
  // Italy's, Gabon's and the Ivory Coast's zeros belong to the number, and so does Russia's 8 800.
  CHECK_EQ(read("+39 06 1234 5678"), "+390612345678");
  CHECK_EQ(read("06 1234 5678", "IT"), "+390612345678");
  CHECK_EQ(read("+39 347 123 4567"), "+393471234567");
  CHECK_EQ(read("+241 06 12 34 56"), "+24106123456");
  CHECK_EQ(read("+225 07 12 34 56 78"), "+2250712345678");
  CHECK_EQ(read("+7 800 555 35 35"), "+78005553535");
}

TEST(numbers_that_the_metadata_does_not_know_are_read_all_the_same) {
  CHECK_EQ(read("+999123456789"), "+999123456789");
  CHECK_EQ(read("+353 001 234"), "+353001234");
  CHECK_EQ(read("+1 555 5555", "US"), "+15555555");
}

TEST(national_forms_follow_the_country) {
  CHECK_EQ(read("085 123 4567", "IE"), "+353851234567");
  CHECK_EQ(read("(085) 123-4567", "IE"), "+353851234567");
  CHECK_EQ(read("07400 123456", "GB"), "+447400123456");
  CHECK_EQ(read("202-555-0143", "US"), "+12025550143");
  CHECK_EQ(read("1 202 555 0143", "US"), "+12025550143");
  CHECK_EQ(read("8 912 345 67 89", "RU"), "+79123456789");
  CHECK_EQ(read("8 701 123 4567", "KZ"), "+77011234567");
}

TEST(the_country_s_own_international_prefix_is_understood) {
  CHECK_EQ(read("00 44 7911 123456", "IE"), "+447911123456");
  CHECK_EQ(read("011 44 7911 123456", "US"), "+447911123456");
  CHECK_EQ(read("8 10 353 85 123 4567", "RU"), "+353851234567");
}

TEST(national_forms_without_a_country_are_refused) {
  CHECK_EQ(read("085 123 4567"),
           "the phone number does not begin with '+', and no default_country is configured");
}

TEST(an_unknown_country_is_refused) {
  CHECK_EQ(read("085 123 4567", "XX"),
           "the phone number cannot be read: default_country or its calling code is unknown");
  CHECK(!is_known_country("XX"));
  CHECK(!is_known_country(""));
  CHECK(is_known_country("IE"));
}

TEST(numbers_of_the_wrong_length_are_refused) {
  CHECK_EQ(read("085 123 4567 085 123 456", "IE"),
           "the phone number is not one of default_country");
  CHECK_EQ(read("+353 851 234 567 890 12"),
           "the phone number must be '+', country code and number, 7 to 15 digits in all");
}

TEST(premium_and_satellite_numbers_are_refused_in_every_form) {
  for (const std::string_view text :
       {"+1 900 555 0100", "+870 773 111 632", "+881 6 1234 5678", "+882 13 123456",
        "+800 1234 5678", "+808 1234 5678", "+878 10 1234567890", "+979 123 456 789"})
    CHECK_EQ(read(text), kForbidden);
  CHECK_EQ(read("900-555-0100", "US"), kForbidden);
  CHECK_EQ(read("00 881 6 1234 5678", "IE"), kForbidden);
}

TEST(what_a_number_is_for) {
  for (const auto& [text, kind] : std::initializer_list<std::pair<std::string_view, NumberKind>>{
           {"+353851234567", NumberKind::mobile},
           {"+12025550143", NumberKind::mobile},
           {"+525512345678", NumberKind::mobile},
           {"+442079460018", NumberKind::fixed},
           {"+4930123456", NumberKind::fixed},
           {"+445612345678", NumberKind::voip},
           {"+44800123456", NumberKind::toll_free},
           {"+449098791234", NumberKind::premium_rate},
           {"+33899123456", NumberKind::premium_rate},
           {"+34803123456", NumberKind::premium_rate},
           {"+3531850123456", NumberKind::shared_cost},
           {"+447012345678", NumberKind::personal},
           {"+353700123456", NumberKind::personal},
           {"+447640123456", NumberKind::pager},
           {"+445500123456", NumberKind::universal_access},
           {"+247123456", NumberKind::universal_access},
           {"+353001234", NumberKind::unknown},
           {"+999123456789", NumberKind::unknown}}) {
    CHECK_EQ(std::string(text) + " " + std::to_string(static_cast<int>(facts(text).kind)),
             std::string(text) + " " + std::to_string(static_cast<int>(kind)));
  }
}

TEST(a_number_can_be_too_short_or_too_long_for_its_country) {
  CHECK(facts("+353851234567").length == NumberLength::possible);
  CHECK(facts("+3538712").length == NumberLength::too_short);
  CHECK(facts("+15555555").length == NumberLength::too_short);
  CHECK(facts("+35385123456789").length == NumberLength::too_long);
  CHECK(facts("+999123456789").length == NumberLength::possible);
}

TEST(the_country_of_a_number) {
  CHECK_EQ(country("+353851234567"), "IE");
  CHECK_EQ(country("+447400123456"), "GB");
  CHECK_EQ(country("+447797712345"), "JE");
  CHECK_EQ(country("+12025550143"), "US");
  CHECK_EQ(country("+14165550143"), "CA");
  CHECK_EQ(country("+18765550143"), "JM");
}

TEST(a_number_that_the_metadata_does_not_know_falls_to_its_code_s_main_country) {
  CHECK_EQ(country("+353001234"), "IE");
  CHECK_EQ(country("+440000000000"), "GB");
}

TEST(codes_of_no_country_have_none) {
  CHECK_EQ(country("+80012345678"), "");
  CHECK_EQ(country("+870712345678"), "");
  CHECK_EQ(country("+999123456789"), "");
}

TEST(an_example_shows_how_a_country_s_numbers_are_written) {
  CHECK_EQ(read(example_number("IE")).substr(0, 6), "+35385");
  CHECK_EQ(example_number("XX"), "");
  CHECK_EQ(example_number(""), "");
}
