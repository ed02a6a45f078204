// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/call_script.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

LoginMessage call(const std::string& body, const std::string& language = "en-US") {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret(body),
          .validity = std::chrono::minutes(5),
          .medium = Medium::voice,
          .language = language};
}

}  // namespace

TEST(the_message_is_said_twice_with_a_pause) {
  CHECK_EQ(call_script(call("Your code is 1. 2. 3.", "de-DE")).reveal(),
           "<Response><Say language=\"de-DE\">Your code is 1. 2. 3.</Say><Pause length=\"1\"/>"
           "<Say language=\"de-DE\">Your code is 1. 2. 3.</Say></Response>");
  CHECK(call_script(call("1"), "alice")
            .reveal()
            .starts_with("<Response><Say voice=\"alice\" language=\"en-US\">1</Say>"));
}

TEST(what_is_said_can_not_become_a_verb) {
  const auto script = call_script(call("a</Say><Dial>+1900&\"\x01\n\x7f\xc3\xa9", "en\"x<"));
  CHECK_EQ(script.reveal().substr(0, script.reveal().find("<Pause")),
           "<Response><Say language=\"en&quot;x&lt;\">a&lt;/Say&gt;&lt;Dial&gt;+1900&amp;&quot;   "
           "\xc3\xa9</Say>");
}
