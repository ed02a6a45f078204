// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/twilio.h"

#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr const char* kSid = "SM0123456789abcdefABCDEF0123456789";
constexpr const char* kCode = "493817";

TwilioOptions options() {
  return {.name = "main",
          .account = {.sid = "AC" + std::string(32, 'a'), .auth_token = Secret("token")},
          .from = "+15005550006",
          .messaging_service_sid = {},
          .base_url = "https://twilio.example"};
}

LoginMessage message(std::chrono::seconds validity = std::chrono::minutes(5)) {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret("web01: " + std::string(kCode) + " & more"),
          .validity = validity};
}

struct Fixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  Twilio twilio{options(), transport};

  SendReport answer(int status, const std::string& body) {
    transport->answer(status, body);
    return twilio.send(message(), SteadyTime::max());
  }
};

std::string error_body(int code) {
  return R"({"code":)" + std::to_string(code) +
         R"(,"message":"The 'To' number +353851234567 is bad, 493817","status":400})";
}

}  // namespace

TEST(the_request_is_that_of_the_message_resource) {
  Fixture one;
  one.answer(201, "");
  CHECK_EQ(one.transport->url, "https://twilio.example/2010-04-01/Accounts/AC" +
                                   std::string(32, 'a') + "/Messages.json");
  CHECK_EQ(one.transport->content_type, "application/x-www-form-urlencoded");
  CHECK_EQ(one.transport->authorization,
           basic_authorization("AC" + std::string(32, 'a'), Secret("token")).reveal());
  CHECK_EQ(one.transport->body,
           "To=%2B353851234567&From=%2B15005550006&ValidityPeriod=300&"
           "Body=web01%3A%20493817%20%26%20more");
}

TEST(an_api_key_and_a_messaging_service_win) {
  auto transport = std::make_shared<FakeTransport>();
  TwilioOptions with = options();
  with.account.api_key_sid = "SKx";
  with.account.api_key_secret = Secret("secret");
  with.messaging_service_sid = "MGx";
  with.account.sid = "AC/../x?";
  with.base_url = TwilioOptions().base_url;
  Twilio(with, transport).send(message(), SteadyTime::max());
  CHECK_EQ(transport->authorization, basic_authorization("SKx", Secret("secret")).reveal());
  CHECK(transport->body.find("From=") == std::string::npos);
  CHECK(transport->body.find("MessagingServiceSid=MGx&") != std::string::npos);
  CHECK_EQ(transport->url,
           "https://api.twilio.com/2010-04-01/Accounts/AC%2F..%2Fx%3F/Messages.json");
}

TEST(the_validity_stays_within_twilios_bounds) {
  Fixture one;
  one.twilio.send(message(std::chrono::seconds(0)), SteadyTime::max());
  CHECK(one.transport->body.find("ValidityPeriod=1&") != std::string::npos);
  one.twilio.send(message(std::chrono::hours(24)), SteadyTime::max());
  CHECK(one.transport->body.find("ValidityPeriod=36000&") != std::string::npos);
}

TEST(a_sid_means_accepted) {
  Fixture one;
  const auto report =
      one.answer(201, R"({"sid":")" + std::string(kSid) +
                          R"(","status":"queued","error_code":null,"body":"web01: 493817"})");
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "main");
  CHECK_EQ(report.message_id, kSid);
  CHECK_EQ(report.detail, "HTTP 201");
  CHECK(!report.may_have_been_sent);
}

TEST(a_2xx_without_a_sound_sid_is_ambiguous) {
  Fixture one;
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("null"), std::string("[]"),
        std::string("<html>"), std::string(R"({"sid":12345,"status":["queued"]})"),
        std::string(R"({"sid":"SM1","status":"queued"})"),
        std::string(R"({"sid":"XX0123456789abcdefABCDEF0123456789"})"),
        std::string(R"({"sid":"SM0123456789abcdefABCDEF012345678\n"})"),
        std::string(R"({"sid":"SM0123456789abcdefABCDEF0123456789")"),
        std::string("{\"sid\":\"\xff\"}"), std::string("\x1f\x8b\x08\x00garbage"), deep,
        deep + std::string(100'000, ']')}) {
    const auto report = one.answer(201, body);
    CHECK_EQ(report.status, SendStatus::ambiguous);
    CHECK(report.may_have_been_sent);
    CHECK_EQ(report.message_id, "");
  }
}

TEST(documented_codes_have_their_class) {
  struct Line {
    SendStatus status;
    std::initializer_list<int> codes;
  };
  const Line lines[] = {
      {SendStatus::credentials,
       {20003, 20005, 20008, 20404, 21212, 21603, 21606, 21608, 21659, 21660, 21703, 21704, 21705,
        21266, 21408, 30002, 30034}},
      {SendStatus::number_cannot_sms, {21614, 21635, 21612, 30006}},
      {SendStatus::number_refused, {21211, 30004, 30005}},
      {SendStatus::try_elsewhere, {20429, 20500, 20503, 21611, 30001, 30003, 30008, 30017, 30022}},
      {SendStatus::blocked, {30023, 30027, 30450, 30453}},
  };
  Fixture one;
  for (const auto& line : lines) {
    for (const int code : line.codes) {
      const auto report = one.answer(400, error_body(code));
      CHECK_EQ(report.status, line.status);
      CHECK_EQ(report.detail, "HTTP 400, error " + std::to_string(code));
      CHECK(!report.may_have_been_sent);
    }
  }
}

TEST(without_a_known_code_the_http_status_decides) {
  const std::pair<int, SendStatus> lines[] = {
      {301, SendStatus::credentials},   {307, SendStatus::credentials},
      {400, SendStatus::credentials},   {401, SendStatus::credentials},
      {403, SendStatus::credentials},   {404, SendStatus::credentials},
      {408, SendStatus::try_elsewhere}, {422, SendStatus::credentials},
      {429, SendStatus::try_elsewhere}, {500, SendStatus::try_elsewhere},
      {503, SendStatus::try_elsewhere}, {200, SendStatus::ambiguous},
      {204, SendStatus::ambiguous},
  };
  Fixture one;
  for (const auto& [http_status, expected] : lines) {
    for (const std::string& body : {std::string(), error_body(99999), std::string("{\"code\":")}) {
      const auto report = one.answer(http_status, body);
      CHECK_EQ(report.status, expected);
      CHECK_EQ(report.may_have_been_sent, http_status >= 500 || expected == SendStatus::ambiguous);
    }
  }
}

TEST(a_200_with_a_known_error_is_that_error) {
  Fixture one;
  const auto report = one.answer(200, error_body(21211));
  CHECK_EQ(report.status, SendStatus::number_refused);
  CHECK(!report.may_have_been_sent);
}

TEST(somebodys_stop_is_told_with_what_takes_it_back) {
  Fixture one;
  const auto report = one.answer(400, error_body(21610));
  CHECK_EQ(report.status, SendStatus::opted_out);
  CHECK_EQ(report.sender, options().from);
  CHECK_EQ(
      report.detail,
      "HTTP 400, error 21610, the person sent STOP; they have to text START to " + options().from);
  TwilioOptions service = options();
  service.messaging_service_sid = "MGx";
  auto transport = std::make_shared<FakeTransport>();
  transport->answer(400, error_body(21610));
  const auto unnamed = Twilio(service, transport).send(message(), SteadyTime::max());
  CHECK_EQ(unnamed.sender, "");
  CHECK(unnamed.detail.ends_with("START to the sender"));
}

TEST(a_message_that_failed_at_once_is_classed_by_its_error_code) {
  const auto failed = [](const std::string& status, const std::string& code) {
    Fixture one;
    return one.answer(201, R"({"sid":")" + std::string(kSid) + R"(","status":")" + status +
                               R"(","error_code":)" + code + "}");
  };
  CHECK_EQ(failed("failed", "30006").status, SendStatus::number_cannot_sms);
  CHECK_EQ(failed("undelivered", "30005").status, SendStatus::number_refused);
  CHECK_EQ(failed("failed", "\"30008\"").status, SendStatus::try_elsewhere);
  CHECK_EQ(failed("failed", "77777").status, SendStatus::try_elsewhere);
  CHECK_EQ(failed("canceled", "null").status, SendStatus::try_elsewhere);
  CHECK(failed("failed", "30008").may_have_been_sent);
  CHECK_EQ(failed("failed", "30008").message_id, "");
}

TEST(the_ends_of_a_connection_have_their_class) {
  Fixture one;
  one.transport->outcome = {.kind = HttpOutcome::Kind::not_sent, .detail = "no connection"};
  auto report = one.twilio.send(message(), SteadyTime::max());
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.detail, "no connection");
  CHECK(!report.may_have_been_sent);

  one.transport->outcome = {.kind = HttpOutcome::Kind::unknown, .detail = "no answer"};
  report = one.twilio.send(message(), SteadyTime::max());
  CHECK_EQ(report.status, SendStatus::ambiguous);
  CHECK_EQ(report.detail, "no answer");
  CHECK(report.may_have_been_sent);
}

TEST(the_detail_says_when_to_come_back_and_echoes_nothing) {
  Fixture one;
  one.transport->answer(429, error_body(20429));
  one.transport->outcome.retry_after = std::chrono::seconds(3600);
  const auto report = one.twilio.send(message(), SteadyTime::max());
  CHECK_EQ(report.detail, "HTTP 429, error 20429, retry after 3600 s");
  for (const int status : {200, 201, 400, 500})
    for (const int code : {21211, 99999}) {
      const auto detail = one.answer(status, error_body(code)).detail;
      CHECK(detail.find("353") == std::string::npos);
      CHECK(detail.find(kCode) == std::string::npos);
    }
}

namespace {

LoginMessage call() {
  auto spoken = message();
  spoken.body = Secret("Your code is 4. 9. 3.");
  spoken.medium = Medium::voice;
  return spoken;
}

struct CallFixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();

  SendReport answer(int status, const std::string& body) {
    TwilioOptions with = options();
    with.messaging_service_sid = "MGx";
    with.call_from = "+15005550007";
    Twilio twilio(with, transport);
    CHECK(twilio.serves(Medium::voice));
    transport->answer(status, body);
    return twilio.send(call(), SteadyTime::max());
  }
};

}  // namespace

TEST(without_a_number_that_calls_there_are_no_calls) {
  Fixture one;
  CHECK(one.twilio.serves(Medium::sms));
  CHECK(!one.twilio.serves(Medium::voice));
}

TEST(the_request_is_that_of_the_call_resource) {
  CallFixture one;
  one.answer(201, "");
  CHECK_EQ(one.transport->url,
           "https://twilio.example/2010-04-01/Accounts/AC" + std::string(32, 'a') + "/Calls.json");
  const std::string say =
      "%3CSay%20language%3D%22en-US%22%3EYour%20code%20is%204.%209.%203.%3C%2FSay%3E";
  CHECK_EQ(one.transport->body,
           "To=%2B353851234567&From=%2B15005550007&Timeout=30&TimeLimit=90&Twiml=%3CResponse%3E" +
               say + "%3CPause%20length%3D%221%22%2F%3E" + say + "%3C%2FResponse%3E");
}

TEST(a_call_sid_means_accepted_and_a_message_sid_does_not) {
  CallFixture one;
  const std::string sid = "CA" + std::string(32, '1');
  const auto report = one.answer(201, R"({"sid":")" + sid + R"(","status":"queued"})");
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.message_id, sid);
  CHECK(report.medium == Medium::voice);
  CHECK_EQ(one.answer(201, R"({"sid":")" + std::string(kSid) + R"(","status":"queued"})").status,
           SendStatus::ambiguous);
  CHECK_EQ(one.answer(201, R"({"sid":")" + sid + R"(","status":"busy"})").status,
           SendStatus::try_elsewhere);
}

TEST(the_codes_of_calls_have_their_class) {
  CallFixture one;
  for (const int code : {20003, 21210, 21212, 21215, 21219, 20404})
    CHECK_EQ(one.answer(400, error_body(code)).status, SendStatus::credentials);
  for (const int code : {21211, 21217, 13224})
    CHECK_EQ(one.answer(400, error_body(code)).status, SendStatus::number_refused);
  CHECK_EQ(one.answer(429, error_body(20429)).status, SendStatus::try_elsewhere);
  // A code of messages says nothing about a call.
  CHECK_EQ(one.answer(400, error_body(21614)).status, SendStatus::credentials);
}
