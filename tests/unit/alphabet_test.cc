// SPDX-License-Identifier: Apache-2.0
#include "lib/base/alphabet.h"

#include <set>

#include "lib/base/text.h"
#include "tests/support/test.h"

using namespace sms2fa;

TEST(alphabets_hold_each_character_once_and_in_upper_case) {
  for (const auto& [alphabet, size] : {std::pair{Alphabet::digits, 10u},
                                       {Alphabet::hex, 16u},
                                       {Alphabet::base32, 32u},
                                       {Alphabet::mixed, 40u}}) {
    const auto characters = characters_of(alphabet);
    CHECK_EQ(characters.size(), size);
    CHECK_EQ(std::set<char>(characters.begin(), characters.end()).size(), size);
    // Answers are read in upper case, without blanks and dashes.
    for (const char c : characters) CHECK(c > ' ' && c != '-' && (c < 'a' || c > 'z') && c < 0x7f);
  }
}

TEST(codes_of_every_alphabet_cost_one_character_a_sign_in_an_sms) {
  for (const Alphabet alphabet :
       {Alphabet::digits, Alphabet::hex, Alphabet::base32, Alphabet::mixed}) {
    const auto characters = characters_of(alphabet);
    CHECK_EQ(gsm7_length(characters), characters.size());
  }
}

TEST(base32_has_none_of_the_digits_that_look_like_letters) {
  CHECK(characters_of(Alphabet::base32).find_first_of("0189") == std::string_view::npos);
}
