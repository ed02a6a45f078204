// SPDX-License-Identifier: Apache-2.0
#include "lib/session/metrics.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sms2fa::metrics {

namespace {

std::string labels(std::initializer_list<std::pair<const char*, std::string_view>> pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += (text.empty() ? "" : ",") + label(name, value);
  return text;
}

// Whose `state` is a series, or all of them (lib/session/notices.cc).
bool tells_series(NoticeKind kind) {
  return kind == NoticeKind::locked || kind == NoticeKind::disabled ||
         kind == NoticeKind::share_spent;
}

}  // namespace

std::string label(const std::string& name, std::string_view value) {
  std::string text = name + "=\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string bucket_word(std::chrono::milliseconds bound) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(bound.count()) / 1000);
  std::string word = text.data();
  while (word.ends_with('0') && !word.ends_with(".0")) word.pop_back();
  return word;
}

std::vector<Counter> of(const AuditEvent& event) {
  std::vector<Counter> counters = {{kAttempts,
                                    labels({{"method", event.method},
                                            {"reason", to_string(event.reason)},
                                            {"verdict", to_string(event.verdict)}}),
                                    1}};
  if (!event.rule.empty())
    counters.push_back(
        {kRules, labels({{"rule", event.rule}, {"verdict", to_string(event.verdict)}}), 1});
  if (event.answers > 0)
    counters.push_back({kAnswers, labels({{"method", event.method}}), int64_t{event.answers}});
  if (event.wrong_answers > 0)
    counters.push_back({kWrong, label("series", event.series), int64_t{event.wrong_answers}});
  return counters;
}

std::vector<Counter> of(const AuditNotice& notice) {
  std::string kind = label("kind", to_string(notice.kind));
  if (tells_series(notice.kind)) kind += "," + label("series", notice.state);
  std::vector<Counter> counters = {{kNotices, kind, 1}};
  if (notice.kind == NoticeKind::delivery)
    counters.push_back(
        {kDeliveries,
         labels(
             {{"method", notice.method}, {"provider", notice.provider}, {"state", notice.state}}),
         1});
  return counters;
}

std::vector<Counter> of(const SendReport& report, std::chrono::milliseconds took) {
  const std::string who = labels({{"method", to_string(report.medium)},
                                  {"provider", report.provider},
                                  {"result", to_string(report.status)}});
  std::vector<Counter> counters = {{kSends, who, 1},
                                   {std::string(kSendTime) + "_count", who, 1},
                                   {kSendTimeSum, who, took.count()}};
  const auto count = [&](std::string_view bound) {
    counters.push_back({std::string(kSendTime) + "_bucket", label("le", bound) + "," + who, 1});
  };
  for (const auto bound : kBuckets)
    if (took <= bound) count(bucket_word(bound));
  count("+Inf");
  return counters;
}

}  // namespace sms2fa::metrics
