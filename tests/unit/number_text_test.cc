// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_text.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string digits(std::string_view text, std::string_view country = "IE") {
  const auto read = number_digits(text, country);
  return read ? *read : read.error().message;
}

constexpr std::string_view kBadInternational =
    "the phone number must be '+', country code and number, 7 to 15 digits in all";

}  // namespace

TEST(separators_go_and_digits_stay) {
  CHECK_EQ(digits("+353 85 123 4567"), "+353851234567");
  CHECK_EQ(digits(" \t+353-85/123.4567 "), "+353851234567");
  CHECK_EQ(digits("(+353) (0)85 1234567"), "+3530851234567");
  CHECK_EQ(digits("085 123 4567"), "0851234567");
  CHECK_EQ(digits("00 353 85 123 4567"), "00353851234567");
}

TEST(an_invisible_character_is_named_with_its_place) {
  const std::string pasted = " is no part of a number";
  for (const auto& [text, said] : std::initializer_list<std::pair<std::string_view, std::string>>{
           {"+3\xe2\x80\xaa"
            "53851234567",
            "U+202A at column 3"},
           {"\xe2\x80\xaa+353851234567\xe2\x80\xac", "U+202A at column 1"},
           {"+353\xc2\xa0"
            "851234567",
            "U+00A0 at column 5"},
           {"+353 85 123 4567\xe2\x80\x8e", "U+200E at column 17"},
           {"\xef\xbb\xbf+353851234567", "U+FEFF at column 1"},
           {"+353\xe2\x80\x91"
            "851234567",
            "U+2011 at column 5"},
           {"\xef\xbc\x8b"
            "353851234567",
            "U+FF0B at column 1"},
           {"+353\xef\xbc\x98"
            "51234567",
            "U+FF18 at column 5"},
           {"\xd9\xa0\xd9\xa8\xd9\xa5"
            "1234567",
            "U+0660 at column 1"},
           {"0851\xf0\x9d\x9f\x8e"
            "23",
            "U+1D7CE at column 5"},
           {"085\n1234567", "U+000A at column 4"},
           {"085\x7f", "U+007F at column 4"},
           {"085\xff"
            "1234567",
            "\\xff at column 4"},
           {"085\x80", "\\x80 at column 4"},
           {"085\xe2\x80", "\\xe2 at column 4"}})
    CHECK_EQ(digits(text), "the phone number has " + said +
                               ", which is no part of a number; type it anew instead of pasting "
                               "it");
  CHECK_EQ(digits(std::string_view("085\0"
                                   "1234567",
                                   11)),
           "the phone number has U+0000 at column 4, which is no part of a number; type it anew "
           "instead of pasting it");
}

TEST(letters_and_extensions_are_refused) {
  const auto letter = [](int column) {
    return "the phone number has a letter at column " + std::to_string(column) +
           "; write it in digits, without tel: and without an extension";
  };
  CHECK_EQ(digits("1-800-FLOWERS"), letter(7));
  CHECK_EQ(digits("085 123 4567 ext 5"), letter(14));
  CHECK_EQ(digits("+353 85 1234567x5"), letter(16));
  CHECK_EQ(digits("tel:+353851234567"), letter(1));
  CHECK_EQ(digits("O85 123 4567"), letter(1));
}

TEST(other_characters_are_refused_by_name) {
  const std::string rule = "; it may consist of digits, blanks and - . / ( )";
  CHECK_EQ(digits("085 123 4567;5"), "the phone number has a ';' at column 13" + rule);
  CHECK_EQ(digits("085 123 4567#5"), "the phone number has a '#' at column 13" + rule);
  CHECK_EQ(digits("*100#"), "the phone number has a '*' at column 1" + rule);
  CHECK_EQ(digits("353+851234567"),
           "the phone number has a '+' at column 4, which may stand only in front");
  CHECK_EQ(digits("++353851234567"),
           "the phone number has a '+' at column 2, which may stand only in front");
}

TEST(without_a_country_only_a_plus_will_do) {
  const std::string no_country =
      "the phone number does not begin with '+', and no default_country is configured";
  CHECK_EQ(digits("085 123 4567", ""), no_country);
  CHECK_EQ(digits("", ""), no_country);
  CHECK_EQ(digits("00353851234567", ""), "the phone number begins with 00; write '+' for it");
  CHECK_EQ(digits("+353851234567", ""), "+353851234567");
}

TEST(the_count_of_digits_has_bounds) {
  for (const std::string_view text :
       {"+", "+123", "+123456", "+0353851234567", "+1234567890123456789"})
    CHECK_EQ(digits(text), kBadInternational);
  CHECK_EQ(digits("+1234567"), "+1234567");
  for (const std::string_view text : {"", "()", "112"})
    CHECK_EQ(digits(text), "the phone number is not one of default_country");
  CHECK_EQ(digits(std::string(1 << 20, '1')), "the phone number has too many digits");
}
