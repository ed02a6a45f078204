// SPDX-License-Identifier: Apache-2.0
#include "lib/base/totp_parameters.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(each_algorithm_is_found_by_its_word) {
  for (const auto algorithm : {TotpAlgorithm::sha1, TotpAlgorithm::sha256, TotpAlgorithm::sha512})
    CHECK(totp_algorithm_from(to_string(algorithm)) == algorithm);
  for (const char* word : {"", "sha1", "SHA-1", "MD5", "SHA3"}) CHECK(!totp_algorithm_from(word));
}
