// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/base32.h"

#include <string>

#include "tests/support/test.h"

using namespace sms2fa;

TEST(encoding_gives_the_values_of_rfc_4648_without_padding) {
  constexpr std::pair<const char*, const char*> kValues[] = {{"", ""},
                                                             {"f", "MY"},
                                                             {"fo", "MZXQ"},
                                                             {"foo", "MZXW6"},
                                                             {"foob", "MZXW6YQ"},
                                                             {"fooba", "MZXW6YTB"},
                                                             {"foobar", "MZXW6YTBOI"}};
  for (const auto& [bytes, text] : kValues) {
    CHECK_EQ(base32_encode(bytes).reveal(), text);
    const auto decoded = base32_decode(text);
    REQUIRE(decoded.has_value());
    CHECK_EQ(decoded->reveal(), bytes);
  }
}

TEST(keys_are_read_as_people_and_tools_write_them) {
  for (const char* text : {"MZXW6YQ=", "mzxw6yq", "MZXW 6YQ", "mzxw-6yq=", " MZ XW 6Y Q "}) {
    const auto decoded = base32_decode(text);
    REQUIRE(decoded.has_value());
    CHECK_EQ(decoded->reveal(), "foob");
  }
}

TEST(what_no_encoder_writes_is_refused) {
  // A wrong character, an impossible length, bits left over.
  for (const char* text : {"MZXW1", "MZXW8YQ", "M", "MZX", "MZXW6Y", "MZXW6YR", "MZ=XW", "MZXW6\n"})
    CHECK(!base32_decode(text).has_value());
}

TEST(every_byte_survives) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const auto decoded = base32_decode(base32_encode(bytes).reveal());
  REQUIRE(decoded.has_value());
  CHECK(decoded->reveal() == bytes);
}
