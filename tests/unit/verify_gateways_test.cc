// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/curl_http.h"
#include "lib/delivery/json.h"
#include "lib/delivery/telnyx_verify.h"
#include "lib/delivery/twilio_verify.h"
#include "tests/support/fake_provider_process.h"
#include "tests/support/fake_transport.h"
#include "tests/support/test.h"

// Both verification services: over real HTTPS against the fake provider, and answer by answer.
using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr const char* kTo = "+353851234567";

std::unique_ptr<Gateway> twilio(std::shared_ptr<HttpTransport> transport,
                                const std::string& base_url) {
  return std::make_unique<TwilioVerify>(
      TwilioVerifyOptions{.name = "twilio",
                          .account = {.sid = "AC" + std::string(32, 'a'),
                                      .auth_token = Secret(std::string(32, 'b'))},
                          .service_sid = "VA" + std::string(32, '7'),
                          .base_url = base_url,
                          .voice = true},
      std::move(transport));
}

std::unique_ptr<Gateway> telnyx(std::shared_ptr<HttpTransport> transport,
                                const std::string& base_url) {
  return std::make_unique<TelnyxVerify>(
      TelnyxVerifyOptions{.name = "telnyx",
                          .api_key = Secret("KEY" + std::string(32, 'f')),
                          .verify_profile_id = "00000000-0000-4000-8000-000000000004",
                          .base_url = base_url + "/v2",
                          .voice = true},
      std::move(transport));
}

LoginMessage message(const std::string& to = kTo, Medium medium = Medium::sms) {
  return {.to = *PhoneNumber::parse_international(to),
          .body = Secret("not sent"),
          .validity = std::chrono::minutes(5),
          .medium = medium};
}

SteadyTime soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}

struct Fixture {
  FakeProviderProcess provider;
  std::shared_ptr<HttpTransport> transport = connect();

  std::shared_ptr<HttpTransport> connect() {
    auto created = CurlHttp::create({.ca_file = provider.ca_file(), .proxy = ""});
    REQUIRE(created.ok());
    return std::move(*created);
  }
  std::string last_code() const {
    const auto record = JsonDocument::parse(provider.records("messages").back());
    REQUIRE(record.has_value());
    return record->string("/code").value_or("");
  }
};

CheckStatus check(Gateway& gateway, const SendReport& sent, const std::string& code) {
  return gateway.code_checker()->check(*PhoneNumber::parse_international(kTo), sent.message_id,
                                       Secret(code), soon());
}

std::string other_than(std::string code) {
  code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
  return code;
}

}  // namespace

TEST(only_the_right_code_is_right_and_only_once) {
  Fixture one;
  for (auto make : {twilio, telnyx})
    for (const Medium medium : {Medium::sms, Medium::voice}) {
      const auto gateway = make(one.transport, one.provider.base_url());
      CHECK(gateway->code_checker() != nullptr);
      CHECK(gateway->serves(medium));
      const auto sent = gateway->send(message(kTo, medium), soon());
      REQUIRE(sent.status == SendStatus::accepted);
      CHECK(sent.provider_checks);
      const std::string code = one.last_code();
      CHECK(check(*gateway, sent, other_than(code)) == CheckStatus::wrong);
      CHECK(check(*gateway, sent, "") == CheckStatus::wrong);
      CHECK(check(*gateway, sent, "&Code=" + code) == CheckStatus::wrong);
      CHECK(check(*gateway, sent, code) == CheckStatus::right);
      CHECK(check(*gateway, sent, code) == CheckStatus::wrong);
      CHECK_EQ(gateway->credentials_checker()->check_credentials(soon()).status,
               SendStatus::accepted);
    }
}

TEST(five_wrong_codes_end_a_verification) {
  Fixture one;
  for (auto make : {twilio, telnyx}) {
    const auto gateway = make(one.transport, one.provider.base_url());
    const auto sent = gateway->send(message(), soon());
    const std::string code = one.last_code();
    for (int i = 0; i < 5; ++i)
      CHECK(check(*gateway, sent, other_than(code)) == CheckStatus::wrong);
    CHECK(check(*gateway, sent, code) == CheckStatus::wrong);
  }
}

TEST(the_sixth_send_is_held_back) {
  Fixture one;
  const auto gateway = twilio(one.transport, one.provider.base_url());
  for (int i = 0; i < 5; ++i)
    CHECK_EQ(gateway->send(message(), soon()).status, SendStatus::accepted);
  const auto report = gateway->send(message(), soon());
  CHECK_EQ(report.status, SendStatus::blocked);
  CHECK(report.too_many_requests);
  CHECK(report.retry_after == std::chrono::seconds(600));
  CHECK(!report.provider_checks);
}

TEST(twilios_refusals_have_their_class) {
  Fixture one;
  const auto gateway = twilio(one.transport, one.provider.base_url());
  CHECK_EQ(gateway->send(message("+15005550009"), soon()).status, SendStatus::number_cannot_sms);
  CHECK_EQ(gateway->send(message("+15005550009", Medium::voice), soon()).status,
           SendStatus::accepted);
  CHECK_EQ(gateway->send(message("+15005550003"), soon()).status, SendStatus::credentials);
  CHECK_EQ(gateway->send(message("+15005550004"), soon()).status, SendStatus::blocked);
}

TEST(no_unclear_answer_lets_anybody_in) {
  Fixture one;
  const auto short_time = [] {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  };
  for (const char* mode :
       {"status-500", "status-401", "ok-error", "redirect", "hang", "reset", "truncated", "garbage",
        "empty", "not-http", "huge", "gzip-bomb", "deep-json", "wrong-type", "bad-utf8"}) {
    for (auto make : {twilio, telnyx}) {
      const auto plain = make(one.transport, one.provider.base_url());
      const auto sent = plain->send(message(), soon());
      const std::string code = one.last_code();
      const auto broken = make(one.transport, one.provider.base_url(mode));
      const auto answer = broken->code_checker()->check(
          *PhoneNumber::parse_international(kTo), sent.message_id, Secret(code), short_time());
      if (answer == CheckStatus::right) test::fail(__FILE__, __LINE__, mode);
      const auto report = broken->send(message(), short_time());
      if (report.provider_checks) test::fail(__FILE__, __LINE__, mode);
      check(*plain, sent, code);
    }
  }
}

TEST(only_the_one_word_is_a_right_code) {
  auto transport = std::make_shared<FakeTransport>();
  const auto first = twilio(transport, "https://t");
  const auto second = telnyx(transport, "https://x");
  const SendReport sent{.message_id = "VE" + std::string(32, '1')};
  for (const char* word : {"pending", "canceled", "expired", "max_attempts_reached", "deleted",
                           "failed", "Approved", "accepted", ""}) {
    transport->answer(200, R"({"valid":true,"status":")" + std::string(word) + "\"}");
    CHECK(check(*first, sent, "493817") == CheckStatus::wrong);
  }
  for (const char* word : {"rejected", "pending", "approved", "Accepted", ""}) {
    transport->answer(200, R"({"data":{"response_code":")" + std::string(word) + "\"}}");
    CHECK(check(*second, sent, "493817") == CheckStatus::wrong);
  }
  transport->answer(200, R"({"status":"approved"})");
  CHECK(check(*first, sent, "493817") == CheckStatus::right);
  CHECK(check(*second, sent, "493817") == CheckStatus::unreachable);
  for (const int status : {401, 403, 429, 500, 503}) {
    transport->answer(status, R"({"status":"approved","data":{"response_code":"accepted"}})");
    CHECK(check(*first, sent, "493817") == CheckStatus::unreachable);
    CHECK(check(*second, sent, "493817") == CheckStatus::unreachable);
  }
  transport->answer(429, R"({"code":60202})");
  CHECK(check(*first, sent, "493817") == CheckStatus::wrong);
}
