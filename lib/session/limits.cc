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

bool StoreLedger::reserve(const std::string&) {
  reserved_.reset();
  reserved_at_ = std::chrono::steady_clock::now();
  const auto decision = store_.reserve_send(budgets_);
  store_failed_ = !decision;
  if (!decision) {
    detail_ = decision.error().message;
    return false;
  }
  reserved_ = decision->reserved;
  if (reserved_) return true;
  retry_in_ = decision->retry_in;
  detail_ = std::string(name_of(decision->exhausted)) + " is used up";
  return false;
}

void StoreLedger::settle(const SendReport& report) {
  if (!reserved_) return;
  const auto took = std::chrono::steady_clock::now() - reserved_at_;
  auto counters = metrics::of(report, std::chrono::duration_cast<Milliseconds>(took));
  // What is durable soon makes the next commit longer, which is the first answer's when that comes
  // within a moment. So a decoy's message counts too, and grows, for SQLite spares itself a write
  // that changes nothing; but where no metric is read from.
  if (sender_ == Sender::decoy)
    for (Counter& counter : counters) counter.name.insert(0, metrics::kOfDecoys);
  (void)store_.add_to_counters(counters).ok();
  const bool spent = report.status == SendStatus::accepted || report.may_have_been_sent;
  // A failure here leaves the message spent, which is the safe side.
  (void)store_.settle_send(*reserved_, spent).ok();
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
