// SPDX-License-Identifier: Apache-2.0
// What a provider may answer, with any HTTP status: never taken as sent without a 2xx, and nothing
// of it that reaches a log can break a line. The first two bytes choose the status.
#include "lib/delivery/telnyx.h"
#include "lib/delivery/twilio.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_transport.h"

namespace sms2fa::test {

namespace {

const char* const kNumber = "+353851234567";

void check(Gateway& gateway, int status) {
  const LoginMessage message = {.to = *PhoneNumber::parse_international(kNumber),
                                .body = Secret("493817"),
                                .validity = std::chrono::minutes(5)};
  const SendReport report = gateway.send(message, SteadyTime::max());
  if (report.status == SendStatus::accepted) promise(status >= 200 && status < 300);
  for (const std::string* text : {&report.message_id, &report.detail}) {
    promise(text->find(kNumber + 1) == std::string::npos);
    for (const char c : *text) promise(c >= ' ' && c <= '~');
  }
  if (auto* const source = gateway.status_source()) {
    const auto delivery = source->delivery_status("SM0123", Medium::sms, SteadyTime::max());
    for (const char c : delivery.word) promise((c >= 'a' && c <= 'z') || c == '-' || c == '_');
  }
}

}  // namespace

void fuzz(std::string_view input) {
  if (input.size() < 2) return;
  const int status =
      100 +
      (static_cast<unsigned char>(input[0]) * 256 + static_cast<unsigned char>(input[1])) % 500;
  const auto transport = std::make_shared<FakeTransport>();
  transport->answer(status, std::string(input.substr(2)));
  Twilio twilio({.name = "main",
                 .account = {.sid = "AC" + std::string(32, 'a'), .auth_token = Secret("token")},
                 .from = "+15005550006",
                 .messaging_service_sid = {},
                 .base_url = "https://twilio.example"},
                transport);
  check(twilio, status);
  Telnyx telnyx({.name = "other",
                 .api_key = Secret("KEY"),
                 .from = "+13115552368",
                 .messaging_profile_id = {},
                 .base_url = "https://telnyx.example"},
                transport);
  check(telnyx, status);
}

}  // namespace sms2fa::test
