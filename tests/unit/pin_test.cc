// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/pin.h"

#include <map>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(a_pin_has_the_length_and_the_alphabet_asked_for) {
  ScriptedRandom random;
  for (const Alphabet alphabet :
       {Alphabet::digits, Alphabet::hex, Alphabet::base32, Alphabet::mixed}) {
    for (unsigned length = 6; length <= 10; ++length) {
      const auto pin = make_pin(random, alphabet, length);
      REQUIRE(pin.ok());
      CHECK_EQ(pin->size(), length);
      CHECK(pin->reveal().find_first_not_of(characters_of(alphabet)) == std::string_view::npos);
    }
  }
}

TEST(a_pin_is_what_the_random_source_says) {
  ScriptedRandom random;
  random.next_code("049381");
  const auto pin = make_pin(random, Alphabet::digits, 6);
  REQUIRE(pin.ok());
  CHECK(pin->reveal() == "049381");
}

TEST(each_character_comes_up_equally_often) {
  SystemRandom random;
  constexpr int kPins = 10'000;
  std::map<char, int> seen;
  for (int i = 0; i < kPins; ++i) {
    const auto pin = make_pin(random, Alphabet::digits, 6);
    REQUIRE(pin.ok());
    for (const char c : pin->reveal()) ++seen[c];
  }
  CHECK_EQ(seen.size(), 10u);
  double chi_squared = 0;
  for (const auto& [c, count] : seen) {
    const double expected = kPins * 6 / 10.0;
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  // 9 degrees of freedom: exceeded by chance less than once in ten million runs.
  CHECK(chi_squared < 50);
}

TEST(a_pin_fails_with_the_random_source_at_any_draw) {
  for (int n = 0; n < 6; ++n) {
    ScriptedRandom random;
    random.fail_at(n);
    CHECK(!make_pin(random, Alphabet::digits, 6).ok());
  }
}

TEST(an_answer_matches_in_either_case_with_blanks_and_dashes) {
  const Secret pin("12AB5F");
  for (const char* answer : {"12AB5F", "12ab5f", " 12 AB-5f ", "1-2-A-B-5-F", "------12ab5F---"})
    CHECK(pin_matches(pin, answer));
  CHECK(pin_matches(pin, std::string(500, ' ') + "12AB5F" + std::string(500, '-')));
}

TEST(anything_else_does_not_match) {
  const Secret pin("123456");
  const std::string full_width =
      "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96";
  for (const std::string& answer :
       {std::string(""), std::string("12345"), std::string("1234567"), std::string("123457"),
        std::string("023456"), std::string("123456\n"), std::string("123456\0", 7),
        std::string("\0", 1), std::string("123\t456"), std::string("123.456"), full_width,
        std::string("123456123456"), std::string(100'000, '1'), std::string("      ")})
    CHECK(!pin_matches(pin, answer));
}

TEST(the_form_of_an_answer_is_told_as_it_would_be_compared) {
  for (const char* answer : {"123456", "12 34-56", "------123456---"})
    CHECK(has_form_of_pin(answer, Alphabet::digits, 6, 6));
  for (const char* answer : {"", "12345", "1234567", "12345A", "123.456"})
    CHECK(!has_form_of_pin(answer, Alphabet::digits, 6, 6));
  CHECK(has_form_of_pin("abcde7", Alphabet::base32, 6, 6));
  CHECK(has_form_of_pin("1234567", Alphabet::digits, 6, 8));
  CHECK(!has_form_of_pin("123456789", Alphabet::digits, 6, 8));
  CHECK(!has_form_of_pin(std::string(100'000, '1'), Alphabet::digits, 6, 8));
}

TEST(an_empty_pin_matches_nothing) {
  CHECK(!pin_matches(Secret(), ""));
  CHECK(!pin_matches(Secret(), "  "));
  CHECK(!pin_matches(Secret(), "1"));
}
