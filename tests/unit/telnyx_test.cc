// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/telnyx.h"

#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr const char* kId = "40385f64-5717-4562-b3fc-2c963f66afa6";

TelnyxOptions options() {
  return {.name = "second",
          .api_key = Secret("KEYx"),
          .from = "+13115552368",
          .messaging_profile_id = {},
          .base_url = "https://telnyx.example/v2/"};
}

LoginMessage message() {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret("web01: \"493817\""),
          .validity = std::chrono::minutes(5)};
}

struct Fixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  Telnyx telnyx{options(), transport};

  SendReport answer(int status, const std::string& body) {
    transport->answer(status, body);
    return telnyx.send(message(), SteadyTime::max());
  }
};

std::string error_body(int code) {
  return R"({"errors":[{"code":")" + std::to_string(code) +
         R"(","title":"Bad","detail":"+353851234567 is bad, 493817"}]})";
}

std::string document(const std::string& status, const std::string& errors = "[]") {
  return R"({"data":{"id":")" + std::string(kId) + R"(","to":[{"status":")" + status +
         R"("}],"text":"493817","errors":)" + errors + "}}";
}

}  // namespace

TEST(the_request_is_that_of_send_a_message) {
  Fixture one;
  one.answer(200, "");
  CHECK_EQ(one.transport->url, "https://telnyx.example/v2/messages");
  CHECK_EQ(one.transport->content_type, "application/json");
  CHECK_EQ(one.transport->authorization, "Bearer KEYx");
  CHECK_EQ(one.transport->body,
           R"({"from":"+13115552368","text":"web01: \"493817\"","to":"+353851234567"})");
}

TEST(a_profile_goes_with_the_request_when_there_is_one) {
  auto transport = std::make_shared<FakeTransport>();
  TelnyxOptions with = options();
  with.from = "ACME";
  with.messaging_profile_id = "profile";
  with.base_url = TelnyxOptions().base_url;
  Telnyx(with, transport).send(message(), SteadyTime::max());
  CHECK_EQ(transport->url, "https://api.telnyx.com/v2/messages");
  CHECK(transport->body.find(R"("messaging_profile_id":"profile")") != std::string::npos);
}

TEST(an_id_means_accepted) {
  Fixture one;
  const auto report = one.answer(200, document("queued"));
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "second");
  CHECK_EQ(report.message_id, kId);
  CHECK(!report.may_have_been_sent);
}

TEST(a_2xx_without_a_sound_id_is_ambiguous) {
  Fixture one;
  const std::string deep(100'000, '[');
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string(R"({"data":[]})"),
        std::string(R"({"data":{"id":""}})"), std::string(R"({"data":{"id":40385}})"),
        std::string(R"({"data":{"id":"a\nb"}})"),
        R"({"data":{"id":")" + std::string(65, 'a') + "\"}}", document("queued").substr(0, 80),
        std::string(R"({"errors":[]})"), std::string(R"({"errors":{"code":"40310"}})"), deep,
        deep + std::string(100'000, ']')}) {
    const auto report = one.answer(200, body);
    CHECK_EQ(report.status, SendStatus::ambiguous);
    CHECK(report.may_have_been_sent);
  }
}

TEST(documented_codes_have_their_class) {
  struct Line {
    SendStatus status;
    std::initializer_list<int> codes;
  };
  const Line lines[] = {
      {SendStatus::credentials,
       {10009, 10010, 20002, 20012, 20013, 20014, 20015, 20016, 20017, 20100, 40100, 40305,
        40306, 40307, 40309, 40312, 40314, 40315, 40321, 40325, 40329, 40330, 40331, 40333}},
      {SendStatus::number_cannot_sms, {40001, 40301, 40319}},
      {SendStatus::number_refused, {10002, 10016, 40310, 40012}},
      {SendStatus::try_elsewhere, {10007, 10008, 10011, 10037, 40318, 40006, 40008}},
  };
  Fixture one;
  for (const auto& line : lines) {
    for (const int code : line.codes) {
      const auto report = one.answer(422, error_body(code));
      CHECK_EQ(report.status, line.status);
      CHECK_EQ(report.detail, "HTTP 422, error " + std::to_string(code));
    }
  }
}

TEST(without_a_known_code_the_http_status_decides) {
  Fixture one;
  CHECK_EQ(one.answer(401, "").status, SendStatus::credentials);
  CHECK_EQ(one.answer(422, error_body(99999)).status, SendStatus::credentials);
  CHECK_EQ(one.answer(429, "{").status, SendStatus::try_elsewhere);
  CHECK_EQ(one.answer(503, "busy").status, SendStatus::try_elsewhere);
  CHECK(one.answer(503, "busy").may_have_been_sent);
  CHECK_EQ(one.answer(200, error_body(40310)).status, SendStatus::number_refused);
}

TEST(somebodys_stop_is_told_with_what_takes_it_back) {
  Fixture one;
  const auto report = one.answer(400, error_body(40300));
  CHECK_EQ(report.status, SendStatus::opted_out);
  CHECK_EQ(report.sender, options().from);
  CHECK(report.detail.ends_with("they have to text START to " + options().from));
}

TEST(a_message_that_failed_at_once_is_classed_by_its_errors) {
  Fixture one;
  const auto failed = one.answer(200, document("sending_failed", R"([{"code":"40001"}])"));
  CHECK_EQ(failed.status, SendStatus::number_cannot_sms);
  CHECK(failed.may_have_been_sent);
  CHECK_EQ(one.answer(200, document("delivery_failed")).status, SendStatus::try_elsewhere);
  CHECK_EQ(one.answer(200, document("delivery_failed", "\"none\"")).status,
           SendStatus::try_elsewhere);
}

TEST(the_detail_says_when_to_come_back_only_after_a_refusal) {
  Fixture one;
  one.transport->answer(429, error_body(10011));
  one.transport->outcome.retry_after = std::chrono::seconds(60);
  CHECK_EQ(one.telnyx.send(message(), SteadyTime::max()).detail,
           "HTTP 429, error 10011, retry after 60 s");
  one.transport->answer(200, document("queued"));
  one.transport->outcome.retry_after = std::chrono::seconds(1);
  CHECK_EQ(one.telnyx.send(message(), SteadyTime::max()).detail, "HTTP 200");
}

TEST(the_detail_echoes_nothing) {
  Fixture one;
  for (const int status : {200, 400, 500})
    for (const int code : {40310, 99999}) {
      const auto detail = one.answer(status, error_body(code)).detail;
      CHECK(detail.find("353") == std::string::npos);
      CHECK(detail.find("493817") == std::string::npos);
    }
}

namespace {

struct CallFixture {
  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();

  SendReport answer(int status, const std::string& body, const std::string& account = "a c") {
    TelnyxOptions with = options();
    with.calls = {account, "17", "+13115552368"};
    Telnyx telnyx(with, transport);
    CHECK(telnyx.serves(Medium::voice));
    auto call = message();
    call.medium = Medium::voice;
    transport->answer(status, body);
    return telnyx.send(call, SteadyTime::max());
  }
};

}  // namespace

TEST(without_an_application_there_are_no_calls) {
  Fixture one;
  CHECK(one.telnyx.serves(Medium::sms));
  CHECK(!one.telnyx.serves(Medium::voice));
}

TEST(the_request_is_that_of_a_texml_call) {
  CallFixture one;
  one.answer(200, "");
  CHECK_EQ(one.transport->url, "https://telnyx.example/v2/texml/Accounts/a%20c/Calls");
  const std::string say =
      R"(<Say voice=\"alice\" language=\"en-US\">web01: &quot;493817&quot;</Say>)";
  const std::string texml =
      R"("Texml":"<Response>)" + say + R"(<Pause length=\"1\"/>)" + say + R"(</Response>")";
  CHECK_EQ(one.transport->body, R"({"ApplicationSid":"17","From":"+13115552368",)" + texml +
                                    R"(,"TimeLimit":90,"Timeout":30,"To":"+353851234567"})");
  one.answer(200, "", "");
  CHECK_EQ(one.transport->url, "https://telnyx.example/v2/texml/calls/17");
  CHECK_EQ(one.transport->body, R"({"From":"+13115552368",)" + texml + R"(,"To":"+353851234567"})");
}

TEST(a_call_is_accepted_with_and_without_a_name) {
  CallFixture one;
  auto report = one.answer(200, R"({"from":"+1","to":"+353851234567","status":"queued"})");
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.message_id, "");
  report = one.answer(200, R"({"to":"+1","status":"queued","call_sid":"v3:a-b_c"})");
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.message_id, "v3:a-b_c");
  CHECK_EQ(one.answer(200, R"({"call_sid":"v3:a"})").message_id, "v3:a");
  CHECK_EQ(one.answer(200, R"({"call_sid":"../../x"})").status, SendStatus::ambiguous);
  CHECK_EQ(one.answer(200, R"({"to":"+1","status":"failed"})").status, SendStatus::try_elsewhere);
  CHECK_EQ(one.answer(200, R"({"to":1,"status":2})").status, SendStatus::ambiguous);
  CHECK_EQ(one.answer(401, error_body(10009)).status, SendStatus::credentials);
  CHECK_EQ(one.answer(422, error_body(10016)).status, SendStatus::number_refused);
  CHECK_EQ(one.answer(422, error_body(10004)).status, SendStatus::credentials);
}
