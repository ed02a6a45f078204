// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/http.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(basic_authorization_is_that_of_rfc_7617) {
  CHECK_EQ(basic_authorization("Aladdin", Secret("open sesame")).reveal(),
           "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK_EQ(basic_authorization("", Secret("")).reveal(), "Basic Og==");
}

TEST(bearer_authorization_is_that_of_rfc_6750) {
  CHECK_EQ(bearer_authorization(Secret("KEYabc")).reveal(), "Bearer KEYabc");
}
