// SPDX-License-Identifier: Apache-2.0
#include "lib/session/fresh_code.h"

#include <set>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(a_code_is_as_configured_and_its_ref_is_a_letter_and_a_digit_that_nobody_mistakes) {
  ScriptedRandom random;
  CodeSettings settings;
  settings.alphabet = Alphabet::hex;
  settings.length = 8;
  std::set<char> letters;
  std::set<char> digits;
  for (int i = 0; i < 5'000; ++i) {
    const auto made = make_code(random, settings);
    REQUIRE(made.ok());
    CHECK_EQ(made->code.size(), 8u);
    CHECK(made->code.reveal().find_first_not_of("0123456789ABCDEF") == std::string_view::npos);
    REQUIRE(made->ref.size() == 2);
    letters.insert(made->ref[0]);
    digits.insert(made->ref[1]);
  }
  CHECK(std::string(letters.begin(), letters.end()) == "ABCDEFGHJKLMNPQRSTUVWXYZ");
  CHECK(std::string(digits.begin(), digits.end()) == "23456789");
}

TEST(there_is_no_code_when_the_random_source_fails_at_any_draw) {
  for (int n = 0; n < 8; ++n) {
    ScriptedRandom random;
    random.fail_at(n);
    CHECK(!make_code(random, {}).ok());
  }
  ScriptedRandom random;
  random.fail_at(8);
  CHECK(make_code(random, {}).ok());
}
