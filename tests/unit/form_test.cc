// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/form.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(only_unreserved_bytes_stand_as_they_are) {
  CHECK_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  CHECK_EQ(percent_encode("+353 85&a=b%/?\n"), "%2B353%2085%26a%3Db%25%2F%3F%0A");
  CHECK_EQ(percent_encode("\xc3\xa9"), "%C3%A9");
  CHECK_EQ(percent_encode(std::string(1, '\0')), "%00");
  CHECK_EQ(percent_encode(""), "");
}

TEST(form_joins_its_members) {
  FormBody form;
  CHECK_EQ(form.take().reveal(), "");
  form.add("To", "+353851234567");
  CHECK_EQ(form.take().reveal(), "To=%2B353851234567");
  form.add("Body", "1 & 2");
  form.add("a=b", "");
  CHECK_EQ(form.take().reveal(), "To=%2B353851234567&Body=1%20%26%202&a%3Db=");
}
