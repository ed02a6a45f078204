// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/base/text.h"
#include "lib/session/policy.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/state/sealed_state.h"

namespace sms2fa {

namespace {

constexpr size_t kMostLookedAt = 50;
constexpr std::chrono::hours kPast{24};

// Logins of the last day that ended with wrong app codes, since one that got in.
Result<size_t> count_wrong(Store& store, const std::string& user) {
  const auto verdicts = store.recent_verdicts(user, kMostLookedAt);
  if (!verdicts) return verdicts.error();
  const WallTime past = std::chrono::system_clock::now() - kPast;
  size_t count = 0;
  for (const VerdictRecord& each : *verdicts) {
    if (each.verdict == to_string(AuditVerdict::accepted) || each.when < past) break;
    const bool is_wrong = each.reason == to_string(Reason::wrong_code) ||
                          each.reason == to_string(Reason::no_tries_left);
    if (is_wrong && each.method == to_string(Method::totp)) ++count;
  }
  return count;
}

}  // namespace

void check_app(const StoreSettings& settings, const std::string& user,
               const std::vector<EnrolledFactors>& enrolled, const Outlook* now,
               Findings& findings) {
  const auto found = std::find_if(enrolled.begin(), enrolled.end(),
                                  [&](const auto& one) { return one.user == user; });
  const bool has_app = found != enrolled.end() && !found->app_digits.empty();
  if (now == nullptr || !has_app || now->by_message || settings.type == StoreType::memory) return;
  const auto count =
      in_store(settings, [&](Store& store, Random&) { return count_wrong(store, user); });
  // Why the store can't be read, is told elsewhere.
  if (!count || *count == 0) return;
  const std::string name = escape(user);
  findings.add(Severity::warning,
               name + " can answer by an app only, and its codes were wrong at " +
                   std::to_string(*count) + (*count == 1 ? " login" : " logins") +
                   " since the last right one: unless somebody guesses, or this machine's clock is "
                   "wrong, the clock of " +
                   name + "'s phone is; let the phone set its time by itself");
}

}  // namespace sms2fa
