// SPDX-License-Identifier: Apache-2.0
#include "lib/session/metrics.h"

#include <map>

#include "lib/session/record_keeper.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

std::map<std::string, int64_t> shown(const std::vector<Counter>& counters) {
  std::map<std::string, int64_t> all;
  for (const Counter& counter : counters)
    all[counter.name + "{" + counter.labels + "}"] += counter.value;
  return all;
}

}  // namespace

TEST(an_attempt_counts_by_method_verdict_and_reason) {
  AuditEvent event;
  event.reason = Reason::wrong_code;
  event.method = "sms";
  event.answers = 3;
  event.wrong_answers = 2;
  event.series = "strangers";
  const std::map<std::string, int64_t> expected = {
      {"sms2fa_attempts_total{method=\"sms\",reason=\"wrong-code\",verdict=\"denied\"}", 1},
      {"sms2fa_answers_total{method=\"sms\"}", 3},
      {"sms2fa_wrong_answers_total{series=\"strangers\"}", 2}};
  CHECK(shown(metrics::of(event)) == expected);
}

TEST(a_request_counts_in_every_bucket_from_its_time_on) {
  SendReport report;
  report.status = SendStatus::try_elsewhere;
  report.provider = "twilio";
  const auto counters = shown(metrics::of(report, 300ms));
  const std::string who = "method=\"sms\",provider=\"twilio\",result=\"failing\"}";
  CHECK_EQ(counters.at("sms2fa_sends_total{" + who), 1);
  CHECK_EQ(counters.at("sms2fa_send_seconds_count{" + who), 1);
  CHECK_EQ(counters.at("sms2fa_send_milliseconds_sum{" + who), 300);
  CHECK(!counters.contains("sms2fa_send_seconds_bucket{le=\"0.25\"," + who));
  for (const char* bound : {"0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"})
    CHECK_EQ(counters.at("sms2fa_send_seconds_bucket{le=\"" + std::string(bound) + "\"," + who), 1);
}

TEST(a_slow_request_counts_beyond_every_bound) {
  const auto counters = shown(metrics::of({.provider = "x"}, 11s));
  CHECK_EQ(std::count_if(counters.begin(), counters.end(),
                         [](const auto& each) {
                           return each.first.starts_with("sms2fa_send_seconds_bucket");
                         }),
           1);
}

TEST(a_final_status_counts_by_provider_and_state) {
  AuditNotice notice;
  notice.kind = NoticeKind::delivery;
  notice.provider = "telnyx";
  notice.method = "voice";
  notice.state = "delivered";
  const std::map<std::string, int64_t> expected = {
      {"sms2fa_notices_total{kind=\"delivery\"}", 1},
      {"sms2fa_deliveries_total{method=\"voice\",provider=\"telnyx\",state=\"delivered\"}", 1}};
  CHECK(shown(metrics::of(notice)) == expected);
}

TEST(a_lock_counts_by_the_series_that_is_locked) {
  for (const auto& [kind, word] :
       {std::pair(NoticeKind::locked, "locked"), std::pair(NoticeKind::disabled, "disabled"),
        std::pair(NoticeKind::share_spent, "share-spent")}) {
    AuditNotice notice;
    notice.kind = kind;
    notice.state = "unproven";
    const std::map<std::string, int64_t> expected = {
        {"sms2fa_notices_total{kind=\"" + std::string(word) + "\",series=\"unproven\"}", 1}};
    CHECK(shown(metrics::of(notice)) == expected);
  }
}

TEST(a_labels_value_can_not_leave_its_quotes) {
  CHECK_EQ(metrics::label("a", "x\"} 1\n\\"), "a=\"x\\\"} 1\\n\\\\\"");
}

TEST(bounds_are_seconds) {
  CHECK_EQ(metrics::bucket_word(50ms), "0.05");
  CHECK_EQ(metrics::bucket_word(100ms), "0.1");
  CHECK_EQ(metrics::bucket_word(1s), "1.0");
  CHECK_EQ(metrics::bucket_word(10s), "10.0");
}

// Names are a stranger's to choose, and nobody should find people in a dashboard.
TEST(no_user_address_or_number_gets_in) {
  Scene scene;
  RecordKeeper keeper(scene.audit, *scene.memory, scene.clock);
  auto person = scene.person().types("000 001").types([&] { return scene.code(); });
  keeper.record(scene.attempt(person));
  auto stranger = scene.person().types("000 001");
  keeper.record(scene.attempt(stranger, Scene::login("mallory")));
  AuditNotice notice;
  notice.user = "alice";
  notice.rhost = "192.0.2.7";
  notice.number = PhoneNumber::parse_international("+353851234567");
  keeper.notice(notice);
  const auto counters = shown(*scene.memory->counters());
  CHECK(counters.size() >= 4);
  for (const auto& [name, value] : counters)
    for (const char* told : {"alice", "mallory", "192.0.2", "353", "67"})
      CHECK(name.find(told) == std::string::npos);
  CHECK_EQ(counters.at("sms2fa_attempts_total{method=\"sms\",reason=\"right-code\","
                       "verdict=\"accepted\"}"),
           1);
  // Hers and the stranger's, who costs the same.
  CHECK_EQ(counters.at("sms2fa_wrong_answers_total{series=\"strangers\"}"), 2);
}
