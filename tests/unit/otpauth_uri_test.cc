// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/otpauth_uri.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(the_uri_says_all_that_an_app_needs) {
  CHECK_EQ(otpauth_uri("web01", "alice", Secret("foobar"), {}).reveal(),
           "otpauth://totp/web01:alice?secret=MZXW6YTBOI&issuer=web01&algorithm=SHA1&digits=6"
           "&period=30");
  CHECK_EQ(otpauth_uri("web01", "bob", Secret("f"), {TotpAlgorithm::sha512, 8}).reveal(),
           "otpauth://totp/web01:bob?secret=MY&issuer=web01&algorithm=SHA512&digits=8&period=30");
}

TEST(a_name_cannot_add_a_parameter) {
  CHECK_EQ(otpauth_uri("a b", "x&secret=AA:%\xc3\xa9", Secret("f"), {}).reveal(),
           "otpauth://totp/a%20b:x%26secret%3DAA%3A%25%C3%A9?secret=MY&issuer=a%20b"
           "&algorithm=SHA1&digits=6&period=30");
}
