// SPDX-License-Identifier: Apache-2.0
#include "lib/session/limits.h"

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
  const std::string kind = standing.is_decoy() ? "decoy:" : "";
  const std::string number = standing.is_decoy() ? request.user : standing.phone->e164();
  std::vector<Budget> budgets = {
      {BudgetScope::number, kind + number, limits.sends_per_number.count,
       limits.sends_per_number.window},
      {BudgetScope::user, kind + request.user, limits.sends_per_user.count,
       limits.sends_per_user.window},
      {BudgetScope::source, request.source(), limits.sends_per_source.count,
       limits.sends_per_source.window},
  };
  if (!standing.is_decoy())
    budgets.push_back(
        {BudgetScope::host, "", limits.sends_per_host.count, limits.sends_per_host.window});
  return budgets;
}

LockRules lock_rules(const LimitSettings& limits) {
  return {limits.failures_before_lock, limits.lock, limits.failures_before_disable};
}

bool StoreLedger::reserve(const std::string&) {
  const auto decision = store_.reserve_send(budgets_);
  if (!decision) {
    store_failed_ = true;
    detail_ = decision.error().message;
    return false;
  }
  reserved_ = decision->reserved;
  if (!reserved_) {
    retry_in_ = decision->retry_in;
    detail_ = std::string(name_of(decision->exhausted)) + " is used up";
  }
  return reserved_.has_value();
}

void StoreLedger::settle(const SendReport& report) {
  if (!reserved_) return;
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
