// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/http_gateway.h"

#include <set>

#include "lib/delivery/curl_http.h"
#include "lib/delivery/json.h"
#include "lib/delivery/telnyx.h"
#include "lib/delivery/twilio.h"
#include "tests/support/fake_provider_process.h"
#include "tests/support/test.h"

// Twilio and Telnyx over real HTTPS against the fake provider, which is stricter than they are.
using namespace sms2fa;
using namespace sms2fa::test;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAmple{20'000};
// Of a provider that hangs: long enough to connect on a busy machine.
constexpr milliseconds kShort{1'500};
constexpr const char* kTo = "+353851234567";
constexpr const char* kBody = "web01: 493817 & \"more\" + 100% \xc3\xa9";

struct Fixture {
  FakeProviderProcess provider;
  std::shared_ptr<HttpTransport> transport = connect();

  std::shared_ptr<HttpTransport> connect() {
    auto created = CurlHttp::create({.ca_file = provider.ca_file(), .proxy = ""});
    REQUIRE(created.ok());
    return std::move(*created);
  }

  TwilioOptions twilio_options(const std::string& mode = "") const {
    return {
        .name = "twilio",
        .account = {.sid = "AC" + std::string(32, 'a'), .auth_token = Secret(std::string(32, 'b'))},
        .from = "+15005550006",
        .messaging_service_sid = {},
        .base_url = provider.base_url(mode),
        .call_from = "+15005550006"};
  }

  TelnyxOptions telnyx_options(const std::string& mode = "") const {
    return {
        .name = "telnyx",
        .api_key = Secret("KEY" + std::string(32, 'f')),
        .from = "+13115552368",
        .messaging_profile_id = {},
        .base_url = provider.base_url(mode) + "/v2",
        .calls = {"00000000-0000-4000-8000-000000000003", "1700000000000000017", "+13115552368"}};
  }

  SendReport by_twilio(const std::string& mode, milliseconds time = kAmple,
                       const std::string& to = kTo, Medium medium = Medium::sms) {
    return send(std::make_unique<Twilio>(twilio_options(mode), transport), time, to, medium);
  }

  SendReport by_telnyx(const std::string& mode, milliseconds time = kAmple,
                       Medium medium = Medium::sms) {
    return send(std::make_unique<Telnyx>(telnyx_options(mode), transport), time, kTo, medium);
  }

  static SendReport send(std::unique_ptr<Gateway> gateway, milliseconds time, const std::string& to,
                         Medium medium = Medium::sms) {
    const LoginMessage message{.to = *PhoneNumber::parse_international(to),
                               .body = Secret(kBody),
                               .validity = std::chrono::minutes(5),
                               .medium = medium,
                               .language = "de-DE"};
    return gateway->send(message, std::chrono::steady_clock::now() + time);
  }
};

struct Expectation {
  const char* mode;
  SendStatus twilio;
  SendStatus telnyx;
  bool may_have_been_sent;
  milliseconds time = kAmple;
};

constexpr Expectation kExpectations[] = {
    {"status-401", SendStatus::credentials, SendStatus::credentials, false},
    {"status-403", SendStatus::credentials, SendStatus::credentials, false},
    {"status-404", SendStatus::credentials, SendStatus::credentials, false},
    {"status-500", SendStatus::try_elsewhere, SendStatus::try_elsewhere, true},
    {"status-503", SendStatus::try_elsewhere, SendStatus::try_elsewhere, true},
    {"too-many", SendStatus::try_elsewhere, SendStatus::try_elsewhere, false},
    {"ok-error", SendStatus::number_refused, SendStatus::number_refused, false},
    {"created-failed", SendStatus::try_elsewhere, SendStatus::try_elsewhere, true},
    {"redirect", SendStatus::credentials, SendStatus::credentials, false},
    {"hang", SendStatus::ambiguous, SendStatus::ambiguous, true, kShort},
    {"drip", SendStatus::ambiguous, SendStatus::ambiguous, true, kShort},
    {"reset", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"truncated", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"garbage", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"empty", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"not-http", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"huge", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"huge-chunked", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"gzip-bomb", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"deep-json", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"wrong-type", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"bad-utf8", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"huge-header", SendStatus::ambiguous, SendStatus::ambiguous, true},
    {"many-headers", SendStatus::ambiguous, SendStatus::ambiguous, true},
};

}  // namespace

TEST(twilio_accepts_what_we_send) {
  Fixture one;
  const auto report = one.by_twilio("");
  CHECK_EQ(report.status, SendStatus::accepted);
  const auto sent = one.provider.records("messages");
  REQUIRE(sent.size() == 1);
  const auto record = JsonDocument::parse(sent[0]);
  REQUIRE(record.has_value());
  CHECK(record->string("/id") == report.message_id);
  CHECK(record->string("/to") == kTo);
  CHECK(record->string("/from") == "+15005550006");
  CHECK(record->string("/body") == kBody);
  CHECK(record->code("/validity_period") == 300);
}

TEST(the_status_is_asked_for_on_a_warm_connection) {
  Fixture one;
  Telnyx telnyx(one.telnyx_options(), one.transport);
  telnyx.keep_warm();
  const auto connections = [&](const char* name, size_t count) {
    std::set<int> numbers;
    for (const auto& record : one.provider.wait_for(name, count))
      numbers.insert(JsonDocument::parse(record)->code("/connection").value_or(0));
    return numbers;
  };
  const auto warm = connections("warm_ups", 2);
  const LoginMessage message{.to = *PhoneNumber::parse_international(kTo),
                             .body = Secret(kBody),
                             .validity = std::chrono::minutes(5)};
  const auto until = std::chrono::steady_clock::now() + kAmple;
  const std::string id = telnyx.send(message, until).message_id;
  CHECK(telnyx.delivery_status(id, Medium::sms, until).state != DeliveryState::unknown);
  for (const int number : connections("requests", 2)) CHECK(warm.contains(number));
}

TEST(twilio_accepts_an_api_key_and_a_messaging_service) {
  Fixture one;
  auto options = one.twilio_options();
  options.account.auth_token = Secret();
  options.account.api_key_sid = "SK" + std::string(32, 'c');
  options.account.api_key_secret = Secret(std::string(32, 'd'));
  options.from = "";
  options.messaging_service_sid = "MG" + std::string(32, 'e');
  CHECK_EQ(Fixture::send(std::make_unique<Twilio>(options, one.transport), kAmple, kTo).status,
           SendStatus::accepted);
}

TEST(twilios_test_numbers_have_their_class) {
  const std::pair<const char*, SendStatus> numbers[] = {
      {"+15005550001", SendStatus::number_refused},
      {"+15005550002", SendStatus::number_cannot_sms},
      {"+15005550003", SendStatus::credentials},
      {"+15005550004", SendStatus::opted_out},
      {"+15005550009", SendStatus::number_cannot_sms},
  };
  Fixture one;
  for (const auto& [number, status] : numbers)
    CHECK_EQ(one.by_twilio("", kAmple, number).status, status);
}

TEST(telnyx_accepts_what_we_send) {
  Fixture one;
  const auto report = one.by_telnyx("");
  CHECK_EQ(report.status, SendStatus::accepted);
  const auto sent = one.provider.records("messages");
  REQUIRE(sent.size() == 1);
  const auto record = JsonDocument::parse(sent[0]);
  REQUIRE(record.has_value());
  CHECK(record->string("/id") == report.message_id);
  CHECK(record->string("/to") == kTo);
  CHECK(record->string("/body") == kBody);
}

TEST(telnyx_says_in_its_own_way_when_to_come_back) {
  Fixture one;
  const auto report = one.by_telnyx("too-many");
  CHECK(report.too_many_requests);
  CHECK(report.retry_after == std::chrono::seconds(3600));
  // It counts on, and says so, whatever went wrong.
  CHECK(!one.by_telnyx("status-500").retry_after);
}

TEST(telnyx_accepts_a_name_with_a_profile) {
  Fixture one;
  auto options = one.telnyx_options();
  options.from = "ACME Login";
  options.messaging_profile_id = "00000000-0000-4000-8000-000000000001";
  CHECK_EQ(Fixture::send(std::make_unique<Telnyx>(options, one.transport), kAmple, kTo).status,
           SendStatus::accepted);
}

TEST(calls_say_the_code_twice_in_the_configured_language) {
  Fixture one;
  for (const bool twilio : {true, false}) {
    const auto report = twilio ? one.by_twilio("", kAmple, kTo, Medium::voice)
                               : one.by_telnyx("", kAmple, Medium::voice);
    CHECK_EQ(report.status, SendStatus::accepted);
    const auto record = JsonDocument::parse(one.provider.records("messages").back());
    REQUIRE(record.has_value());
    CHECK(record->string("/id") == report.message_id);
    CHECK(record->string("/medium") == "voice");
    CHECK(record->string("/to") == kTo);
    CHECK(record->string("/said/0") == kBody);
    CHECK(!record->string("/said/1"));
    CHECK(record->string("/said/2") == kBody);
    CHECK(record->string("/language") == "de-DE");
    CHECK(record->code("/timeout") == 30);
    CHECK(record->code("/time_limit") == 90);
  }
  auto options = one.telnyx_options();
  options.calls.account_id = "";
  CHECK_EQ(
      Fixture::send(std::make_unique<Telnyx>(options, one.transport), kAmple, kTo, Medium::voice)
          .status,
      SendStatus::accepted);
}

TEST(a_message_is_followed_to_its_end_and_then_emptied) {
  Fixture one;
  const auto deadline = std::chrono::steady_clock::now() + kAmple;
  Twilio twilio(one.twilio_options(), one.transport);
  const auto sent = one.by_twilio("");
  CHECK(!twilio.redact(sent.message_id, deadline));
  CHECK_EQ(twilio.delivery_status(sent.message_id, Medium::sms, deadline).word, "queued");
  CHECK_EQ(twilio.delivery_status(sent.message_id, Medium::sms, deadline).word, "delivered");
  CHECK(twilio.redact(sent.message_id, deadline));
  CHECK(!twilio.redact(sent.message_id, deadline));
  CHECK(twilio.delivery_status("SM" + std::string(32, '0'), Medium::sms, deadline).state ==
        DeliveryState::unknown);
  const auto call = one.by_twilio("", kAmple, kTo, Medium::voice);
  for (const char* word : {"queued", "ringing", "in-progress", "completed", "completed"})
    CHECK_EQ(twilio.delivery_status(call.message_id, Medium::voice, deadline).word, word);
}

TEST(a_carriers_refusal_is_learned) {
  Fixture one;
  const auto deadline = std::chrono::steady_clock::now() + kAmple;
  Twilio twilio(one.twilio_options("undelivered-30006"), one.transport);
  Telnyx telnyx(one.telnyx_options("undelivered-40012"), one.transport);
  struct Line {
    StatusSource& source;
    SendReport sent;
    const char* detail;
  };
  for (const Line& line : {Line{twilio, one.by_twilio(""), "undelivered, error 30006"},
                           Line{telnyx, one.by_telnyx(""), "delivery_failed, error 40012"},
                           Line{twilio, one.by_twilio("", kAmple, kTo, Medium::voice), "no-answer"},
                           Line{telnyx, one.by_telnyx("", kAmple, Medium::voice), "no-answer"}}) {
    DeliveryStatus status;
    for (int asked = 0; asked < 3; ++asked)
      status = line.source.delivery_status(line.sent.message_id, line.sent.medium, deadline);
    CHECK(status.state == DeliveryState::failed);
    CHECK_EQ(status.detail, line.detail);
  }
}

TEST(credentials_are_checked_without_a_message) {
  Fixture one;
  const auto deadline = std::chrono::steady_clock::now() + kAmple;
  auto twilio = one.twilio_options();
  auto telnyx = one.telnyx_options();
  CHECK_EQ(Twilio(twilio, one.transport).check_credentials(deadline).status, SendStatus::accepted);
  CHECK_EQ(Telnyx(telnyx, one.transport).check_credentials(deadline).status, SendStatus::accepted);
  twilio.account.auth_token = Secret("wrong");
  telnyx.api_key = Secret("wrong");
  CHECK_EQ(Twilio(twilio, one.transport).check_credentials(deadline).detail,
           "HTTP 401, error 20003");
  CHECK_EQ(Telnyx(telnyx, one.transport).check_credentials(deadline).detail,
           "HTTP 401, error 10009");
  CHECK_EQ(one.provider.records("messages").size(), 0u);
}

TEST(wrong_credentials_are_credentials) {
  Fixture one;
  auto twilio = one.twilio_options();
  twilio.account.auth_token = Secret("wrong");
  CHECK_EQ(Fixture::send(std::make_unique<Twilio>(twilio, one.transport), kAmple, kTo).detail,
           "HTTP 401, error 20003");
  auto telnyx = one.telnyx_options();
  telnyx.api_key = Secret("wrong");
  CHECK_EQ(Fixture::send(std::make_unique<Telnyx>(telnyx, one.transport), kAmple, kTo).detail,
           "HTTP 401, error 10009");
}

TEST(every_misbehaviour_has_its_class) {
  Fixture one;
  for (const auto& expected : kExpectations) {
    const size_t requests = one.provider.records("requests").size();
    for (const auto& report :
         {one.by_twilio(expected.mode, expected.time), one.by_telnyx(expected.mode, expected.time),
          one.by_twilio(expected.mode, expected.time, kTo, Medium::voice),
          one.by_telnyx(expected.mode, expected.time, Medium::voice)}) {
      const SendStatus status = report.provider == "twilio" ? expected.twilio : expected.telnyx;
      if (report.status != status || report.may_have_been_sent != expected.may_have_been_sent)
        fail(__FILE__, __LINE__,
             std::string(expected.mode) + " by " + report.provider + ": " +
                 std::string(to_string(report.status)) + " (" + report.detail + ")");
      CHECK(report.detail.find("353") == std::string::npos);
      CHECK(report.detail.find("493817") == std::string::npos);
    }
    // One request each, whatever came back: no duplicate, no redirect followed.
    CHECK_EQ(one.provider.records("requests").size(), requests + 4);
  }
}
