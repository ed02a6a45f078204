// SPDX-License-Identifier: Apache-2.0
#include "lib/store/memory_store.h"

#include <algorithm>

namespace sms2fa {

using std::chrono::ceil;
using std::chrono::seconds;

namespace {
constexpr seconds kCleanUpEvery{60};
}

Result<std::unique_ptr<MemoryStore>> MemoryStore::create(const Clock& clock, Random& random) {
  std::unique_ptr<MemoryStore> store(new MemoryStore(clock));
  if (auto filled = random.fill(store->decoy_key_); !filled) return filled.error();
  return store;
}

void MemoryStore::forget_old_sends(std::deque<Send>& sends, seconds window) const {
  const SteadyTime now = clock_.now();
  while (!sends.empty() && now - sends.front().at >= window) sends.pop_front();
}

// Sources and user names are the attacker's to choose: budgets nobody has used for long must go.
void MemoryStore::drop_idle_budgets() {
  const SteadyTime now = clock_.now();
  if (now < next_clean_up_) return;
  next_clean_up_ = now + kCleanUpEvery;
  std::erase_if(sends_, [&](const auto& item) {
    return item.second.empty() || now - item.second.back().at >= longest_window_;
  });
}

Result<SendDecision> MemoryStore::reserve_send(const std::vector<Budget>& budgets) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.now();
  drop_idle_budgets();
  for (const Budget& budget : budgets) {
    longest_window_ = std::max(longest_window_, budget.window);
    auto& sends = sends_[{budget.scope, budget.key}];
    forget_old_sends(sends, budget.window);
    if (sends.size() >= budget.count) {
      const auto& blocking = sends[sends.size() - budget.count];
      return SendDecision{std::nullopt, budget.scope,
                          ceil<seconds>(blocking.at + budget.window - now)};
    }
  }
  const SendId id = ++last_id_;
  auto& keys = unsettled_[id];
  for (const Budget& budget : budgets) {
    keys.emplace_back(budget.scope, budget.key);
    sends_[keys.back()].push_back({id, now});
  }
  return SendDecision{id};
}

Result<void> MemoryStore::settle_send(SendId id, bool spent) {
  const std::lock_guard lock(mutex_);
  const auto found = unsettled_.find(id);
  if (found == unsettled_.end())
    return make_error(ErrorKind::internal, "a send was settled that was not reserved");
  if (!spent)
    for (const auto& key : found->second)
      std::erase_if(sends_[key], [id](const Send& send) { return send.id == id; });
  unsettled_.erase(found);
  return {};
}

UserState MemoryStore::state_now(const Failures& failures) const {
  const SteadyTime now = clock_.now();
  UserState state{failures.consecutive, seconds(0), failures.disabled};
  if (failures.locked_until > now) state.locked_for = ceil<seconds>(failures.locked_until - now);
  return state;
}

Result<UserState> MemoryStore::state_of(const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(user);
  return found == failures_.end() ? UserState{} : state_now(found->second);
}

Result<CountedAttempt> MemoryStore::count_attempt(const std::string& user,
                                                  const LockRules& rules) {
  const std::lock_guard lock(mutex_);
  Failures& failures = failures_[user];
  if (failures.disabled || failures.locked_until > clock_.now())
    return CountedAttempt{std::nullopt, state_now(failures)};
  ++failures.consecutive;
  if (failures.consecutive % rules.failures_before_lock == 0)
    failures.locked_until = clock_.now() + rules.lock;
  failures.disabled = failures.consecutive >= rules.failures_before_disable;
  const AttemptId id = ++last_id_;
  counted_[id] = {user, failures.disabled};
  return CountedAttempt{id, state_now(failures)};
}

Result<void> MemoryStore::commit_outcome(AttemptId id, bool right) {
  const std::lock_guard lock(mutex_);
  const auto found = counted_.find(id);
  if (found == counted_.end())
    return make_error(ErrorKind::internal, "an outcome of an attempt that was not counted");
  const Counted counted = found->second;
  counted_.erase(found);
  if (!right) return {};
  Failures& failures = failures_[counted.user];
  if (failures.disabled && !counted.disabled_user) return {};
  failures_.erase(counted.user);
  return {};
}

}  // namespace sms2fa
