// SPDX-License-Identifier: Apache-2.0
#include "lib/session/limits.h"

#include "lib/session/metrics.h"

namespace sms2fa {

namespace {

const char* name_of(BudgetScope scope) {
  switch (scope) {
    case BudgetScope::number:
      return "sends_per_number";
    case BudgetScope::user:
      return "sends_per_user";
    case BudgetScope::source:
      return "sends_per_source";
    case BudgetScope::host:
      return "sends_per_host";
  }
  return "a limit";
}

}  // namespace

std::vector<Budget> budgets_for(const LimitSettings& limits, const LoginRequest& request,
                                const Standing& standing) {
  const auto& phone = standing.is_decoy() ? standing.barred_phone : standing.phone;
  const std::string apart = "decoy:" + request.user;
  return {
      {BudgetScope::number, phone ? phone->e164() : apart, limits.sends_per_number.count,
       limits.sends_per_number.window},
      {BudgetScope::user, phone ? request.user : apart, limits.sends_per_user.count,
       limits.sends_per_user.window},
      {BudgetScope::source, request.source(), limits.sends_per_source.count,
       limits.sends_per_source.window},
  };
}

Budget host_budget(const LimitSettings& limits) {
  return {BudgetScope::host, "", limits.sends_per_host.count, limits.sends_per_host.window};
}

LockRules lock_rules(const LimitSettings& limits) {
  return {limits.failures_before_lock, limits.lock, limits.failures_before_disable};
}

std::optional<SendId> StoreLedger::take(const std::vector<Budget>& budgets) {
  const auto decision = store_.reserve_send(budgets);
  if (!decision) {
    store_failed_ = true;
    detail_ = decision.error().message;
    return std::nullopt;
  }
  if (!decision->reserved) {
    retry_in_ = decision->retry_in;
    detail_ = std::string(name_of(decision->exhausted)) + " is used up";
  }
  return decision->reserved;
}

void StoreLedger::give_back(std::optional<SendId>& taken) {
  // A failure here leaves the message spent, which is the safe side.
  if (taken) (void)store_.settle_send(*taken, false).ok();
  taken.reset();
}

bool StoreLedger::reserve(const std::string&) {
  store_failed_ = false;
  reserved_at_ = std::chrono::steady_clock::now();
  reserved_ = take(budgets_);
  if (!reserved_ || looked_at_.empty()) return reserved_.has_value();
  auto seen = take(looked_at_);
  if (!seen) give_back(reserved_);
  give_back(seen);
  return reserved_.has_value();
}

void StoreLedger::settle(const SendReport& report) {
  if (!reserved_) return;
  const auto took = std::chrono::steady_clock::now() - reserved_at_;
  auto counters = metrics::of(report, std::chrono::duration_cast<Milliseconds>(took));
  // A decoy's message counts as none and writes as much: what is durable soon makes the next commit
  // longer, which is the first answer's when that comes within a moment.
  if (!looked_at_.empty())
    for (Counter& counter : counters) counter.value = 0;
  (void)store_.add_to_counters(counters).ok();
  const bool spent = report.status == SendStatus::accepted || report.may_have_been_sent;
  if (!spent) return give_back(reserved_);
  (void)store_.settle_send(*reserved_, true).ok();
  reserved_.reset();
}

std::optional<Admission::Place> Admission::admit(const std::string& user, unsigned per_user) {
  const std::lock_guard lock(mutex_);
  unsigned& count = under_way_[user];
  if (count >= per_user) return std::nullopt;
  ++count;
  return Place(*this, user);
}

void Admission::leave(const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = under_way_.find(user);
  if (--found->second == 0) under_way_.erase(found);
}

}  // namespace sms2fa
