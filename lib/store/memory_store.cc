// SPDX-License-Identifier: Apache-2.0
#include "lib/store/memory_store.h"

#include <algorithm>

namespace sms2fa {

using std::chrono::ceil;
using std::chrono::seconds;

namespace {

constexpr seconds kCleanUpEvery{60};
constexpr std::chrono::hours kDay{24};

}  // namespace

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
  std::erase_if(unsettled_,
                [&](const auto& item) { return now - item.second.at >= longest_window_; });
  for (auto& [user, answers] : failed_answers_)
    while (!answers.empty() && now - answers.front().second >= kDay) answers.pop_front();
  std::erase_if(failed_answers_, [](const auto& item) { return item.second.empty(); });
}

Result<SendDecision> MemoryStore::reserve_send(const std::vector<Budget>& budgets) {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.now();
  drop_idle_budgets();
  for (const Budget& budget : budgets) {
    if (budget.count == 0) return SendDecision{std::nullopt, budget.scope, budget.window};
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
  auto& [at, keys] = unsettled_[id];
  at = now;
  for (const Budget& budget : budgets) {
    if (budget.only_looked_at) continue;
    keys.emplace_back(budget.scope, budget.key);
    sends_[keys.back()].push_back({id, now});
  }
  return SendDecision{id};
}

Result<void> MemoryStore::settle_send(SendId id, bool spent) {
  const std::lock_guard lock(mutex_);
  const auto found = unsettled_.find(id);
  if (found == unsettled_.end()) return {};
  if (!spent)
    for (const auto& key : found->second.keys)
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

Result<CountedAttempt> MemoryStore::count_attempt(const std::string& user, const LockRules& rules) {
  const std::lock_guard lock(mutex_);
  if (user == kNobody) return CountedAttempt{.id = ++last_id_, .state = {}};
  Failures& failures = failures_[user];
  if (failures.disabled || failures.locked_until > clock_.now())
    return CountedAttempt{std::nullopt, state_now(failures)};
  ++failures.consecutive;
  if (failures.consecutive % std::max(1u, rules.failures_before_lock) == 0)
    failures.locked_until = clock_.now() + rules.lock;
  failures.disabled = failures.consecutive >= rules.failures_before_disable;
  const AttemptId id = ++last_id_;
  failed_answers_[user].emplace_back(id, clock_.now());
  counted_[id] = {user, failures.disabled};
  return CountedAttempt{id, state_now(failures), failed_since_yesterday(user)};
}

Result<void> MemoryStore::commit_outcome(AttemptId id, bool right) {
  const std::lock_guard lock(mutex_);
  const auto found = counted_.find(id);
  if (found == counted_.end() && !right) return {};
  if (found == counted_.end())
    return make_error(ErrorKind::internal, "an outcome of an attempt that was not counted");
  const Counted counted = found->second;
  counted_.erase(found);
  if (!right) return {};
  std::erase_if(failed_answers_[counted.user], [id](const auto& one) { return one.first == id; });
  Failures& failures = failures_[counted.user];
  if (failures.disabled && !counted.disabled_user) return {};
  failures_.erase(counted.user);
  return {};
}

Result<unsigned> MemoryStore::failures_last_day(const std::string& user) {
  const std::lock_guard lock(mutex_);
  return failed_since_yesterday(user);
}

unsigned MemoryStore::failed_since_yesterday(const std::string& user) const {
  const auto found = failed_answers_.find(user);
  if (found == failed_answers_.end()) return 0;
  return static_cast<unsigned>(std::count_if(
      found->second.begin(), found->second.end(),
      [now = clock_.now()](const auto& answer) { return now - answer.second < kDay; }));
}

Result<std::vector<NamedUserState>> MemoryStore::user_states() {
  const std::lock_guard lock(mutex_);
  std::vector<NamedUserState> states;
  for (const auto& [user, failures] : failures_) states.push_back({user, state_now(failures)});
  return states;
}

Result<bool> MemoryStore::unlock(const std::string& user) {
  const std::lock_guard lock(mutex_);
  return failures_.erase(user) > 0;
}

Result<void> MemoryStore::record_verdict(const VerdictRecord& record) {
  const std::lock_guard lock(mutex_);
  verdicts_.push_front(record);
  VerdictRecord& kept = verdicts_.front();
  for (std::string* text : {&kept.user, &kept.service, &kept.rhost, &kept.verdict, &kept.reason,
                            &kept.method, &kept.provider, &kept.message_id, &kept.masked_number})
    text->resize(std::min(text->size(), kLongestVerdictText));
  if (verdicts_.size() > kMostVerdicts) verdicts_.pop_back();
  return {};
}

Result<std::vector<VerdictRecord>> MemoryStore::recent_verdicts(
    const std::optional<std::string>& user, size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<VerdictRecord> records;
  for (const VerdictRecord& record : verdicts_)
    if (records.size() < limit && (!user || record.user == user->substr(0, kLongestVerdictText)))
      records.push_back(record);
  return records;
}

Result<bool> MemoryStore::use_totp_step(const std::string& user, int64_t step) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = totp_steps_.try_emplace(user, step);
  if (!fresh && step <= found->second) return false;
  found->second = step;
  return true;
}

Result<void> MemoryStore::replace_backup_codes(const std::string& user,
                                               const std::string& parameters,
                                               const std::vector<std::string>& hashes) {
  const std::set<std::string> unused(hashes.begin(), hashes.end());
  if (unused.size() != hashes.size())
    return make_error(ErrorKind::internal, "two backup codes have the same hash");
  const std::lock_guard lock(mutex_);
  backup_sets_.erase(user);
  if (!hashes.empty()) backup_sets_[user] = {parameters, unused};
  return {};
}

Result<std::optional<BackupCodes>> MemoryStore::backup_codes(const std::string& user) {
  const std::lock_guard lock(mutex_);
  const auto found = backup_sets_.find(user);
  if (found == backup_sets_.end()) return std::optional<BackupCodes>();
  return std::optional(
      BackupCodes{found->second.parameters, static_cast<unsigned>(found->second.unused.size())});
}

Result<bool> MemoryStore::use_backup_code(const std::string& user, const std::string& hash) {
  const std::lock_guard lock(mutex_);
  const auto found = backup_sets_.find(user);
  return found != backup_sets_.end() && found->second.unused.erase(hash) > 0;
}

}  // namespace sms2fa
