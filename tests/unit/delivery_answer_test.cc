// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/delivery_answer.h"

#include "lib/delivery/telnyx.h"
#include "lib/delivery/twilio.h"
#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

const std::string kSid = "SM" + std::string(32, '0');

struct Fixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  Twilio twilio{{.name = "twilio",
                 .account = {.sid = "ACx", .auth_token = Secret("token")},
                 .from = "+15005550006",
                 .messaging_service_sid = {},
                 .base_url = "https://t",
                 .redact_after_delivery = true},
                transport};
  Telnyx telnyx{{.name = "telnyx",
                 .api_key = Secret("KEY"),
                 .from = "+13115552368",
                 .messaging_profile_id = {},
                 .base_url = "https://x/v2",
                 .calls = {"account", "application", "+13115552368"}},
                transport};

  DeliveryStatus status(StatusSource& source, Medium medium, const std::string& id = kSid) {
    return source.delivery_status(id, medium, SteadyTime::max());
  }
};

struct Line {
  DeliveryState state;
  std::initializer_list<const char*> words;
};

void check_words(StatusSource& source, Medium medium, FakeTransport& transport,
                 const std::string& before, const std::string& after,
                 std::initializer_list<Line> lines) {
  for (const auto& line : lines)
    for (const char* word : line.words) {
      transport.answer(200, before + word + after);
      const auto status = source.delivery_status(kSid, medium, SteadyTime::max());
      if (status.state != line.state) fail(__FILE__, __LINE__, word);
      CHECK_EQ(status.word, word);
      CHECK_EQ(status.detail, word);
    }
}

}  // namespace

TEST(every_word_of_twilio_has_its_state) {
  Fixture one;
  check_words(
      one.twilio, Medium::sms, *one.transport, R"({"error_code":null,"status":")", "\"}",
      {{DeliveryState::pending,
        {"queued", "sending", "sent", "accepted", "scheduled", "partially_delivered", "new"}},
       {DeliveryState::delivered, {"delivered", "read"}},
       {DeliveryState::failed, {"undelivered", "failed", "canceled"}}});
  CHECK_EQ(one.transport->url, "https://t/2010-04-01/Accounts/ACx/Messages/" + kSid + ".json");
  CHECK(one.transport->method == HttpMethod::get);
  check_words(one.twilio, Medium::voice, *one.transport, R"({"status":")", "\"}",
              {{DeliveryState::pending, {"queued", "ringing", "initiated"}},
               {DeliveryState::delivered, {"in-progress", "completed"}},
               {DeliveryState::failed, {"busy", "failed", "no-answer", "canceled"}}});
  CHECK_EQ(one.transport->url, "https://t/2010-04-01/Accounts/ACx/Calls/" + kSid + ".json");
}

TEST(every_word_of_telnyx_has_its_state) {
  Fixture one;
  check_words(one.telnyx, Medium::sms, *one.transport, R"({"data":{"to":[{"status":")", "\"}]}}",
              {{DeliveryState::pending, {"queued", "sending", "sent", "new"}},
               {DeliveryState::delivered, {"delivered"}},
               {DeliveryState::failed, {"expired", "sending_failed", "delivery_failed"}},
               {DeliveryState::unknown, {"delivery_unconfirmed"}}});
  CHECK_EQ(one.transport->url, "https://x/v2/messages/" + kSid);
  check_words(one.telnyx, Medium::voice, *one.transport, R"({"status":")", "\"}",
              {{DeliveryState::pending, {"queued", "ringing"}},
               {DeliveryState::delivered, {"in-progress", "completed"}},
               {DeliveryState::failed, {"busy", "failed", "no-answer", "canceled"}}});
  CHECK_EQ(one.transport->url, "https://x/v2/texml/Accounts/account/Calls/" + kSid);
}

TEST(the_detail_has_the_error_code_and_nothing_that_was_echoed) {
  Fixture one;
  one.transport->answer(200, R"({"status":"undelivered","error_code":30006,"to":"+353851234567"})");
  CHECK_EQ(one.status(one.twilio, Medium::sms).detail, "undelivered, error 30006");
  one.transport->answer(
      200, R"({"data":{"to":[{"status":"delivery_failed"}],"errors":[{"code":"40008"}]}})");
  CHECK_EQ(one.status(one.telnyx, Medium::sms).detail, "delivery_failed, error 40008");
  for (const char* word : {"+353851234567", "Your code 493817", "DELIVERED", "a\\nb"}) {
    one.transport->answer(200, R"({"status":")" + std::string(word) + "\"}");
    const auto status = one.status(one.twilio, Medium::sms);
    CHECK(status.state == DeliveryState::pending);
    CHECK_EQ(status.word, "");
    CHECK_EQ(status.detail, "HTTP 200");
  }
}

// The shape of an id leaves room for somebody's number.
TEST(an_id_with_the_number_in_it_is_dropped) {
  Fixture one;
  const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                             .body = Secret("493817"),
                             .validity = std::chrono::minutes(5)};
  const std::string with_number = "SMabcdef353851234567" + std::string(14, '0');
  for (const std::string& id : {kSid, with_number}) {
    one.transport->answer(201, R"({"sid":")" + id + R"(","status":"queued"})");
    const auto report = one.twilio.send(message, SteadyTime::max());
    CHECK_EQ(report.status, SendStatus::accepted);
    CHECK_EQ(report.message_id, id == kSid ? kSid : "");
  }
}

TEST(what_can_not_be_asked_is_unknown_and_what_may_come_is_pending) {
  Fixture one;
  for (const int http : {301, 400, 401, 403, 404}) {
    one.transport->answer(http, "{}");
    CHECK(one.status(one.twilio, Medium::sms).state == DeliveryState::unknown);
    CHECK(one.status(one.telnyx, Medium::sms).state == DeliveryState::unknown);
  }
  for (const int http : {408, 429, 500, 503}) {
    one.transport->answer(http, "{}");
    CHECK(one.status(one.twilio, Medium::sms).state == DeliveryState::pending);
  }
  one.transport->answer(200, "<html>");
  CHECK(one.status(one.twilio, Medium::sms).state == DeliveryState::pending);
  one.transport->outcome = {.kind = HttpOutcome::Kind::not_sent, .detail = "no connection"};
  CHECK(one.status(one.twilio, Medium::sms).state == DeliveryState::pending);
  CHECK_EQ(one.status(one.twilio, Medium::sms).detail, "no connection");
}

TEST(an_unnamed_call_is_not_asked_about) {
  Fixture one;
  CHECK(one.status(one.telnyx, Medium::voice, "").state == DeliveryState::unknown);
  CHECK_EQ(one.transport->requests, 0);
}

TEST(redaction_empties_the_body) {
  Fixture one;
  CHECK(one.twilio.redactor() == &one.twilio);
  CHECK(one.telnyx.redactor() == nullptr);
  one.transport->answer(200, "{}");
  CHECK(one.twilio.redact(kSid, SteadyTime::max()));
  CHECK(one.transport->method == HttpMethod::post);
  CHECK_EQ(one.transport->url, "https://t/2010-04-01/Accounts/ACx/Messages/" + kSid + ".json");
  CHECK_EQ(one.transport->body, "Body=");
  for (const int http : {400, 404, 429, 500}) {
    one.transport->answer(http, "{}");
    CHECK(!one.twilio.redact(kSid, SteadyTime::max()));
  }
  one.transport->outcome = {.kind = HttpOutcome::Kind::unknown, .detail = "no answer"};
  CHECK(!one.twilio.redact(kSid, SteadyTime::max()));
}

TEST(credentials_are_checked_without_sending) {
  Fixture one;
  one.transport->answer(200, "{}");
  CHECK_EQ(one.twilio.check_credentials(SteadyTime::max()).status, SendStatus::accepted);
  CHECK_EQ(one.transport->url, "https://t/2010-04-01/Accounts/ACx.json");
  CHECK_EQ(one.telnyx.check_credentials(SteadyTime::max()).status, SendStatus::accepted);
  CHECK_EQ(one.transport->url, "https://x/v2/balance");
  CHECK(one.transport->method == HttpMethod::get);
  CHECK_EQ(one.transport->body, "");
  one.transport->answer(401, R"({"code":20003})");
  const auto refused = one.twilio.check_credentials(SteadyTime::max());
  CHECK_EQ(refused.status, SendStatus::credentials);
  CHECK_EQ(refused.detail, "HTTP 401, error 20003");
  one.transport->outcome = {.kind = HttpOutcome::Kind::unknown, .detail = "no answer"};
  CHECK(!one.twilio.check_credentials(SteadyTime::max()).may_have_been_sent);
}
