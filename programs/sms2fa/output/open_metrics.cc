// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/open_metrics.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "lib/session/metrics.h"

namespace sms2fa {

namespace {

using Values = std::map<std::string, int64_t>;   // by labels
using Families = std::map<std::string, Values>;  // by name

constexpr std::string_view kTotal = "_total";

std::string sample(const std::string& name, const std::string& labels, const std::string& value) {
  return name + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
}

std::string heading(const std::string& family, const char* type, const char* help) {
  return "# TYPE " + family + " " + type + "\n# HELP " + family + " " + help + "\n";
}

std::string counter_family(const Families& all, const std::string& name, const char* help) {
  std::string text = heading(name.substr(0, name.size() - kTotal.size()), "counter", help);
  const auto found = all.find(name);
  if (found == all.end()) return text;
  for (const auto& [labels, value] : found->second)
    text += sample(name, labels, std::to_string(value));
  return text;
}

std::string seconds(int64_t milliseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(milliseconds / 1000),
                static_cast<long long>(milliseconds % 1000));
  return text;
}

int64_t value_of(const Families& all, const std::string& name, const std::string& labels) {
  const auto family = all.find(name);
  if (family == all.end()) return 0;
  const auto found = family->second.find(labels);
  return found == family->second.end() ? 0 : found->second;
}

std::string send_time_family(const Families& all) {
  const std::string name = metrics::kSendTime;
  std::string text = "# TYPE " + name + " histogram\n# UNIT " + name + " seconds\n# HELP " + name +
                     " How long requests to providers took.\n";
  const auto counts = all.find(name + "_count");
  if (counts == all.end()) return text;
  for (const auto& line : counts->second) {
    const std::string& labels = line.first;
    const auto bucket = [&](const std::string& bound) {
      const std::string with_bound = metrics::label("le", bound) + "," + labels;
      text += sample(name + "_bucket", with_bound,
                     std::to_string(value_of(all, name + "_bucket", with_bound)));
    };
    for (const auto bound : metrics::kBuckets) bucket(metrics::bucket_word(bound));
    bucket("+Inf");
    text += sample(name + "_count", labels, std::to_string(line.second));
    text += sample(name + "_sum", labels, seconds(value_of(all, metrics::kSendTimeSum, labels)));
  }
  return text;
}

}  // namespace

std::string open_metrics(const std::vector<Counter>& counters,
                         const std::vector<NamedUserState>& users,
                         const std::vector<ProviderState>& providers) {
  Families all;
  for (const Counter& counter : counters) all[counter.name][counter.labels] = counter.value;
  std::string text;
  text += counter_family(all, metrics::kAnswers, "Answers that were counted, right or wrong.");
  text += counter_family(all, metrics::kAttempts, "Logins that were decided, by verdict.");
  text += counter_family(all, metrics::kDeliveries, "Messages whose delivery status is known.");
  text += counter_family(all, metrics::kNotices, "Notices in the log, by kind.");
  text +=
      counter_family(all, kRecordsDropped, "Verdicts and counts that the store had no time for.");
  text += counter_family(all, metrics::kRules,
                         "Logins that a rule had a part in, by rule and verdict.");
  text += counter_family(all, metrics::kSends, "Requests to providers, by their result.");
  text += send_time_family(all);
  text += counter_family(all, metrics::kWrong, "Wrong answers, by the series they belong to.");

  text += heading("sms2fa_provider_up", "gauge", "1 unless the provider is in cooldown.");
  for (const ProviderState& provider : providers)
    text += sample("sms2fa_provider_up", metrics::label("provider", provider.name),
                   provider.state == kProviderOpen ? "0" : "1");
  const auto count = [&](auto&& counts) {
    return std::to_string(std::count_if(users.begin(), users.end(), counts));
  };
  text +=
      heading("sms2fa_users_disabled", "gauge", "People whom only an administrator can unlock.");
  text += sample("sms2fa_users_disabled", "",
                 count([](const NamedUserState& user) { return user.state.disabled; }));
  text += heading("sms2fa_users_locked", "gauge", "People who are locked for a while.");
  text += sample("sms2fa_users_locked", "", count([](const NamedUserState& user) {
                   return !user.state.disabled && user.state.locked_for.count() > 0;
                 }));
  return text + "# EOF\n";
}

}  // namespace sms2fa
