// SPDX-License-Identifier: Apache-2.0
#include "lib/base/method.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(every_method_has_a_word_and_back) {
  for (const Method method : {Method::sms, Method::voice, Method::totp, Method::backup})
    CHECK(method_from(to_string(method)) == method);
  CHECK_EQ(to_string(Method::sms), "sms");
  CHECK_EQ(to_string(Method::backup), "backup");
}

TEST(no_other_word_is_a_method) {
  for (const char* word : {"", "SMS", "sms ", "smss", "unknown", "call"})
    CHECK(!method_from(word).has_value());
}
