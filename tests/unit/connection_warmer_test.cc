// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/connection_warmer.h"

#include <set>
#include <thread>

#include "lib/delivery/curl_http.h"
#include "lib/delivery/json.h"
#include "tests/support/fake_provider_process.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

constexpr std::chrono::seconds kAmple{20};

std::unique_ptr<CurlHttp> connect(const FakeProviderProcess& provider,
                                  ConnectionSchedule schedule = {}) {
  auto created =
      CurlHttp::create({.ca_file = provider.ca_file(), .proxy = "", .schedule = schedule});
  REQUIRE(created.ok());
  return std::move(*created);
}

HttpOutcome post(HttpTransport& transport, const std::string& base_url) {
  const Secret authorization = bearer_authorization(Secret("KEY" + std::string(32, 'f')));
  const HttpRequest request{
      .url = base_url + "/v2/messages",
      .content_type = "application/json",
      .authorization = authorization,
      .body = Secret(R"({"from": "+13115552368", "to": "+353851234567", "text": "493817"})")};
  return transport.perform(request, std::chrono::steady_clock::now() + kAmple);
}

std::set<int> connections_in(const std::vector<std::string>& records) {
  std::set<int> numbers;
  for (const auto& record : records) {
    const auto json = JsonDocument::parse(record);
    REQUIRE(json.has_value());
    numbers.insert(json->code("/connection").value_or(0));
  }
  return numbers;
}

// The connections that were warmed up and are open; waits until there are at least `count`, and
// ends the test when that takes 10 s.
std::set<int> wait_for_warm(const FakeProviderProcess& provider, size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (size_t seen = 1;; ++seen) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::set<int> warm = connections_in(provider.wait_for("warm_ups", seen));
    for (const int closed : connections_in(provider.records("connections"))) warm.erase(closed);
    if (warm.size() < count) continue;
    // The provider has answered. That the answer was read is not to be seen from here.
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return warm;
  }
}

bool needed_a_connection(const HttpOutcome& outcome) {
  return outcome.times.connect.count() > 0 || outcome.times.tls.count() > 0;
}

// At once, and all are answered.
void post_many(size_t count, HttpTransport& transport, const std::string& base_url) {
  std::vector<std::thread> threads;
  for (size_t i = 0; i < count; ++i)
    threads.emplace_back([&] { CHECK_EQ(post(transport, base_url).status, 200); });
  for (auto& thread : threads) thread.join();
}

}  // namespace

TEST(the_origin_is_what_a_connection_is_for) {
  CHECK_EQ(Origin("https://api.example:8443/v2/messages?x=/").url, "https://api.example:8443");
  CHECK_EQ(Origin("https://api.example").url, "https://api.example");
}

TEST(the_first_request_finds_a_connection) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  http->keep_warm(provider.base_url() + "/v2/messages");
  const auto warm = wait_for_warm(provider, 2);
  const auto outcome = post(*http, provider.base_url());
  CHECK_EQ(outcome.status, 200);
  CHECK(!needed_a_connection(outcome));
  CHECK(warm.contains(*connections_in(provider.records("requests")).begin()));
}

TEST(a_connection_is_used_again) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  for (int i = 0; i < 3; ++i) post_many(1, *http, provider.base_url());
  CHECK_EQ(provider.records("requests").size(), 3u);
  CHECK_EQ(connections_in(provider.records("requests")), std::set{1});
}

TEST(without_warmth_the_first_request_pays_for_its_connection_and_says_so) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  const auto cold = post(*http, provider.base_url());
  CHECK(cold.times.look_up.count() > 0);
  CHECK(cold.times.connect.count() > 0);
  CHECK(cold.times.tls.count() > 0);
  CHECK(cold.times.first_byte.count() > 0);
  CHECK(cold.times.look_up + cold.times.connect + cold.times.tls + cold.times.first_byte <=
        cold.times.total);
  const auto kept = post(*http, provider.base_url());
  CHECK(!needed_a_connection(kept));
  CHECK(kept.times.first_byte.count() > 0);
  CHECK(provider.records("warm_ups").empty());
}

TEST(a_closed_connection_is_replaced_before_it_is_needed) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  http->keep_warm(provider.base_url());
  std::set<int> warm = wait_for_warm(provider, 2);
  // All that there are are told to close once idle, spares included.
  post_many(4, *http, provider.base_url("close-idle"));
  const size_t used = connections_in(provider.records("requests")).size();
  provider.wait_for("connections", used);
  wait_for_warm(provider, 1);
  CHECK(!needed_a_connection(post(*http, provider.base_url())));
}

// Nothing is sent on one of them, and one new connection is all that it costs.
TEST(of_many_that_were_closed_none_is_used) {
  FakeProviderProcess provider({"--idle-timeout", "1"});
  const auto http = connect(provider);
  post_many(8, *http, provider.base_url("together-8"));
  provider.wait_for("connections", 8);
  post_many(1, *http, provider.base_url());
  post_many(1, *http, provider.base_url());
  const auto requests = provider.records("requests");
  CHECK_EQ(requests.size(), 10u);
  CHECK_EQ(connections_in(requests).size(), 9u);
}

TEST(a_connection_closed_as_it_is_used_again_costs_one_retry) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  post_many(1, *http, provider.base_url("close-reused"));
  post_many(1, *http, provider.base_url());
  CHECK_EQ(provider.records("messages").size(), 2u);
  CHECK_EQ(provider.records("requests").size(), 2u);
}

TEST(the_retry_takes_a_new_connection_and_none_that_may_be_as_old) {
  FakeProviderProcess provider({"--misbehave", "close-reused"});
  const auto http = connect(provider);
  post_many(8, *http, provider.base_url("together-8"));
  for (size_t sent = 16; sent <= 40; sent += 8) {
    post_many(8, *http, provider.base_url());  // each used once more will be closed
    CHECK_EQ(provider.records("messages").size(), sent);
  }
}

TEST(rounds_keep_the_same_connections) {
  FakeProviderProcess provider;
  const auto http = connect(provider, {.round = std::chrono::milliseconds(100)});
  http->keep_warm(provider.base_url());
  CHECK_EQ(connections_in(provider.wait_for("warm_ups", 10)).size(), 2u);
}

TEST(the_same_is_replaced_when_it_is_old) {
  FakeProviderProcess provider;
  const auto http = connect(
      provider, {.round = std::chrono::milliseconds(100), .oldest = std::chrono::seconds(1)});
  http->keep_warm(provider.base_url());
  const std::set<int> first = wait_for_warm(provider, 2);
  provider.wait_for("connections", 2);  // both have been closed, and by us:
  for (const int number : wait_for_warm(provider, 2)) CHECK(!first.contains(number));
}

TEST(what_was_needed_at_once_is_kept_warm) {
  FakeProviderProcess provider;
  const auto http = connect(provider, {.round = std::chrono::seconds(2)});
  http->keep_warm(provider.base_url());
  wait_for_warm(provider, 2);
  post_many(16, *http, provider.base_url("together-16"));
  // Two a round, as when it is quiet, would take longer than wait_for() waits. How many connections
  // it is that they kept can't be told: without a distance to go, the next finds the last one free.
  provider.wait_for("warm_ups", provider.records("warm_ups").size() + 14);
}

// Long before the next round, and with nothing asked of any: as after a provider's own time-out.
TEST(closed_idle_connections_are_replaced_at_once) {
  FakeProviderProcess provider({"--idle-timeout", "0.2"});
  const auto http = connect(provider, {.round = std::chrono::hours(1)});
  http->keep_warm(provider.base_url());
  provider.wait_for("connections", 2);
  CHECK(connections_in(provider.wait_for("warm_ups", 4)).size() >= 4);
}

// By then a load balancer may have forgotten it without a word.
TEST(what_was_idle_for_too_long_is_not_used_again) {
  FakeProviderProcess provider;
  const auto http = connect(provider, {.longest_idle = std::chrono::seconds(1)});
  post_many(1, *http, provider.base_url());
  CHECK(!needed_a_connection(post(*http, provider.base_url())));
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  CHECK(needed_a_connection(post(*http, provider.base_url())));
}

TEST(nobody_there_is_no_harm) {
  FakeProviderProcess provider;
  const auto http = connect(provider);
  http->keep_warm("https://localhost:1");
  http->keep_warm("http://localhost:1");
  http->keep_warm("");
  CHECK_EQ(post(*http, "https://localhost:1").kind, HttpOutcome::Kind::not_sent);
  CHECK_EQ(post(*http, provider.base_url()).status, 200);
}

TEST(the_transport_can_go_while_it_warms_up) {
  FakeProviderProcess provider({"--misbehave", "reset-early"});
  for (int i = 0; i < 20; ++i) connect(provider)->keep_warm(provider.base_url());
}
