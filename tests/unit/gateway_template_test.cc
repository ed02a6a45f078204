// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/gateway_template.h"

#include "lib/delivery/json.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

LoginMessage message(const std::string& body) {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret(body),
          .validity = std::chrono::minutes(5)};
}

}  // namespace

TEST(each_place_has_its_escapes) {
  const auto awkward = message("a&b=\"c\" \\ / ?\r\n{to}\xc3\xa9");
  CHECK_EQ(fill("/{to}/{text}", awkward, Place::url),
           "/%2B353851234567/a%26b%3D%22c%22%20%5C%20%2F%20%3F%0D%0A%7Bto%7D%C3%A9");
  CHECK_EQ(fill("{text}", awkward, Place::form), "a&b=\"c\" \\ / ?\r\n{to}\xc3\xa9");
  CHECK_EQ(fill("X: {text}", awkward, Place::header), "X: a&b=\"c\" \\ / ?  {to}\xc3\xa9");
  const auto json =
      JsonDocument::parse(fill(R"({"a":{"b":"{text}"},"c":{to_digits}})", awkward, Place::json));
  REQUIRE(json.has_value());
  CHECK(json->string("/a/b") == "a&b=\"c\" \\ / ?\r\n{to}\xc3\xa9");
}

TEST(only_our_placeholders_are_filled) {
  CHECK_EQ(fill("{to} {to_digits} {text} {code} { {} }", message("x"), Place::form),
           "+353851234567 353851234567 x {code} { {} }");
  CHECK(has_placeholder("a{to}"));
  CHECK(has_placeholder("{{text}}"));
  CHECK(!has_placeholder("{code} {"));
}
