// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/open_metrics.h"

#include "lib/session/metrics.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

void add(std::vector<Counter>& all, const std::vector<Counter>& more) {
  for (const Counter& counter : more) {
    bool found = false;
    for (Counter& each : all)
      if (each.name == counter.name && each.labels == counter.labels) {
        each.value += counter.value;
        found = true;
      }
    if (!found) all.push_back(counter);
  }
}

bool has(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST(an_empty_store_has_every_family_and_an_end) {
  const std::string text = open_metrics({}, {}, {});
  CHECK(text.starts_with("# TYPE sms2fa_answers counter\n# HELP sms2fa_answers "));
  CHECK(has(text, "# TYPE sms2fa_send_seconds histogram"));
  CHECK(has(text, "# UNIT sms2fa_send_seconds seconds"));
  CHECK(has(text, "sms2fa_users_locked 0"));
  CHECK(text.ends_with("\n# EOF\n"));
}

TEST(a_histogram_is_whole_and_cumulative) {
  std::vector<Counter> counters;
  SendReport report;
  report.status = SendStatus::accepted;
  report.provider = "twilio";
  add(counters, metrics::of(report, 60ms));
  add(counters, metrics::of(report, 3070ms));
  const std::string text = open_metrics(counters, {}, {});
  const std::string who = "method=\"sms\",provider=\"twilio\",result=\"accepted\"} ";
  const std::pair<const char*, const char*> expected[] = {
      {"0.05", "0"}, {"0.1", "1"}, {"0.25", "1"}, {"0.5", "1"}, {"1.0", "1"},
      {"2.5", "1"},  {"5.0", "2"}, {"10.0", "2"}, {"+Inf", "2"}};
  std::string buckets;
  for (const auto& [bound, count] : expected)
    buckets += "sms2fa_send_seconds_bucket{le=\"" + std::string(bound) + "\"," + who + count + "\n";
  CHECK(text.find(buckets + "sms2fa_send_seconds_count{" + who + "2\nsms2fa_send_seconds_sum{" +
                  who + "3.130\n") != std::string::npos);
  CHECK(text.find("milliseconds") == std::string::npos);
  CHECK(has(text, "sms2fa_sends_total{" + who + "2"));
}

TEST(people_and_providers_as_they_stand) {
  const std::string text =
      open_metrics({},
                   {{"alice", {.locked_for = 60s}},
                    {"bob", {.locked_for = 60s, .disabled = true}},
                    {"carol", {.consecutive_failures = 1}}},
                   {{"telnyx", "closed", {}, 0}, {"twilio", kProviderOpen, {}, 5}});
  CHECK(has(text, "sms2fa_users_locked 1"));
  CHECK(has(text, "sms2fa_users_disabled 1"));
  CHECK(has(text, "sms2fa_provider_up{provider=\"telnyx\"} 1"));
  CHECK(has(text, "sms2fa_provider_up{provider=\"twilio\"} 0"));
  CHECK(text.find("alice") == std::string::npos);
}
