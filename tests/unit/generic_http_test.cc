// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/generic_http.h"

#include "lib/delivery/dispatcher.h"
#include "tests/support/fake_transport.h"
#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

GenericHttpOptions options(const std::string& method = "POST") {
  return {.name = "gateway",
          .method = method,
          .url = "https://sms.example/send",
          .query = {},
          .form = {{"to", "{to_digits}"}, {"text", "Code: {text}"}},
          .json = {},
          .headers = {},
          .basic_user = {},
          .basic_password = {},
          .success_status = {{200, 202}, {204, 204}},
          .success_match = {},
          .only_to = {}};
}

LoginMessage message() {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret("a&b \"493817\""),
          .validity = std::chrono::minutes(5)};
}

struct Fixture {
  explicit Fixture(GenericHttpOptions with) {
    auto created = GenericHttp::create(std::move(with), transport);
    REQUIRE(created.ok());
    gateway = std::move(*created);
  }
  SendReport answer(int status, const std::string& body = "") {
    transport->answer(status, body);
    return gateway->send(message(), SteadyTime::max());
  }

  std::shared_ptr<FakeTransport> transport = std::make_shared<FakeTransport>();
  std::unique_ptr<GenericHttp> gateway;
};

struct CountingLedger final : public SendQuota {
  bool reserve(const std::string&) override { return ++reserved > 0; }
  void settle(const SendReport&) override {}
  int reserved = 0;
};

}  // namespace

TEST(a_form_is_posted) {
  auto with = options();
  with.query = {{"v", "2"}, {"to", "{to}"}};
  with.headers.emplace("X-Tag", Secret("{text}"));
  with.basic_user = "user";
  with.basic_password = Secret("password");
  Fixture one(std::move(with));
  one.answer(200);
  CHECK(one.transport->method == HttpMethod::post);
  CHECK_EQ(one.transport->url, "https://sms.example/send?to=%2B353851234567&v=2");
  CHECK_EQ(one.transport->content_type, "application/x-www-form-urlencoded");
  CHECK_EQ(one.transport->body, "text=Code%3A%20a%26b%20%22493817%22&to=353851234567");
  CHECK_EQ(one.transport->authorization, "Basic dXNlcjpwYXNzd29yZA==");
  REQUIRE(one.transport->headers.size() == 1);
  CHECK_EQ(one.transport->headers[0], "X-Tag: a&b \"493817\"");
}

TEST(with_get_the_form_is_the_query_and_nothing_is_repeated) {
  auto with = options("GET");
  with.url = "https://sms.example/send?v=2";
  Fixture one(std::move(with));
  one.answer(200);
  CHECK(one.transport->method == HttpMethod::get);
  CHECK(one.transport->sends);
  CHECK_EQ(one.transport->url,
           "https://sms.example/send?v=2&text=Code%3A%20a%26b%20%22493817%22&to=353851234567");
  CHECK_EQ(one.transport->body, "");
}

TEST(json_is_put_with_a_type_of_ones_own) {
  auto with = options("PUT");
  with.form = {};
  with.json = R"({"to":"{to}","m":{"text":"{text}"}})";
  with.headers.emplace("content-Type", Secret("application/sms+json"));
  Fixture one(std::move(with));
  one.answer(200);
  CHECK(one.transport->method == HttpMethod::put);
  CHECK_EQ(one.transport->content_type, "application/sms+json");
  CHECK_EQ(one.transport->body,
           "{\"to\":\"+353851234567\",\"m\":{\"text\":\"a&b \\\"493817\\\"\"}}");
  CHECK(one.transport->headers.empty());
}

TEST(json_must_be_json_once_it_is_filled) {
  for (const char* json : {R"({"to":{to},"text":"{text}"})", R"({"to":"{to}","text":{text}})",
                           R"({"to":"{to}","text":"{text}",})"}) {
    auto with = options();
    with.form = {};
    with.json = json;
    CHECK(!GenericHttp::create(std::move(with), std::make_shared<FakeTransport>()).ok());
  }
}

TEST(the_status_decides) {
  Fixture one(options());
  for (const int status : {200, 202, 204})
    CHECK_EQ(one.answer(status).status, SendStatus::accepted);
  for (const int status : {301, 400, 401, 403, 404})
    CHECK_EQ(one.answer(status).status, SendStatus::credentials);
  for (const int status : {408, 429, 500, 503})
    CHECK_EQ(one.answer(status).status, SendStatus::try_elsewhere);
  CHECK(one.answer(500).may_have_been_sent);
  CHECK_EQ(one.answer(203).status, SendStatus::ambiguous);
  CHECK(one.gateway->status_source() == nullptr);
  CHECK(one.gateway->credentials_checker() == nullptr);
  CHECK(!one.gateway->serves(Medium::voice));
}

TEST(the_match_decides_whatever_blanks_there_are) {
  auto with = options();
  with.success_match = "\"status\": \"0\"";
  Fixture one(std::move(with));
  CHECK_EQ(one.answer(200, "{\"messages\":[{\"status\":\"0\"}]}").status, SendStatus::accepted);
  CHECK_EQ(one.answer(200, "{ \"status\" :\n \"0\" }").status, SendStatus::accepted);
  const auto refused = one.answer(200, "{\"status\":\"4\"}");
  CHECK_EQ(refused.status, SendStatus::try_elsewhere);
  CHECK(refused.may_have_been_sent);
  CHECK_EQ(one.answer(500, "\"status\":\"0\"").status, SendStatus::try_elsewhere);
}

TEST(another_number_never_reaches_a_gateway_that_has_one) {
  auto with = options();
  with.only_to = PhoneNumber::parse_international("+33612345678");
  Fixture one(std::move(with));
  const auto report = one.answer(200);
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.detail, "this gateway reaches another number only");
  CHECK(!report.may_have_been_sent);
  CHECK_EQ(one.transport->requests, 0);
}

TEST(a_gateway_of_another_number_is_passed_over_and_no_failure) {
  auto own = options();
  own.name = "own";
  own.only_to = PhoneNumber::parse_international("+33612345678");
  Fixture first(std::move(own));
  Fixture second(options());
  first.transport->answer(200, "");
  second.transport->answer(200, "");
  std::vector<std::unique_ptr<Gateway>> gateways;
  gateways.push_back(std::move(first.gateway));
  gateways.push_back(std::move(second.gateway));
  const ManualClock clock;
  Dispatcher dispatcher(std::move(gateways), clock);
  int changes = 0;
  dispatcher.observe([&](const ProviderHealth&) { ++changes; });
  CountingLedger quota;
  const auto send = [&](const char* to) {
    auto one = message();
    one.to = *PhoneNumber::parse_international(to);
    return dispatcher.deliver(one, {}, quota, clock.now() + std::chrono::seconds(8));
  };
  for (int i = 1; i <= 4; ++i) {
    const auto report = send("+353851234567");
    CHECK_EQ(report.detail, "gateway: accepted (HTTP 200)");
    CHECK(!report.failed_over);
    CHECK_EQ(quota.reserved, i);
  }
  CHECK_EQ(changes, 0);
  CHECK_EQ(send("+33612345678").provider, "own");
}

TEST(where_no_gateway_reaches_the_number_nothing_is_reserved) {
  auto with = options();
  with.only_to = PhoneNumber::parse_international("+33612345678");
  Fixture one(std::move(with));
  std::vector<std::unique_ptr<Gateway>> gateways;
  gateways.push_back(std::move(one.gateway));
  const ManualClock clock;
  Dispatcher dispatcher(std::move(gateways), clock);
  CountingLedger quota;
  const auto report =
      dispatcher.deliver(message(), {}, quota, clock.now() + std::chrono::seconds(8));
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.detail, "no provider is configured for this");
  CHECK_EQ(quota.reserved, 0);
}
