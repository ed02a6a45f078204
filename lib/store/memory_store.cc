// SPDX-License-Identifier: Apache-2.0
#include "lib/store/memory_store.h"

#include <algorithm>
#include <iterator>

namespace sms2fa {

using std::chrono::ceil;
using std::chrono::seconds;

namespace {

constexpr seconds kCleanUpEvery{60};

}  // namespace

Result<std::unique_ptr<MemoryStore>> MemoryStore::create(const Clock& clock, Random& random) {
  std::unique_ptr<MemoryStore> store(new MemoryStore(clock, random));
  if (auto filled = random.fill(store->decoy_key_); !filled) return filled.error();
  return store;
}

void MemoryStore::forget_old_sends(std::deque<Send>& sends, seconds window) const {
  const SteadyTime now = clock_.now();
  while (!sends.empty() && now - sends.front().at >= window) sends.pop_front();
}

// Sources and user names are the attacker's to choose: rate limits nobody has used for long must
// go.
void MemoryStore::drop_idle_rate_limits() {
  const SteadyTime now = clock_.now();
  if (now < next_clean_up_) return;
  next_clean_up_ = now + kCleanUpEvery;
  std::erase_if(sends_, [&](const auto& item) REQUIRES(mutex_) {
    return item.second.empty() || now - item.second.back().at >= longest_window_;
  });
  std::erase_if(unsettled_, [&](const auto& item) REQUIRES(mutex_) {
    return now - item.second.at >= longest_window_;
  });
  drop_old_answers();
}

Result<SendDecision> MemoryStore::reserve_send(const std::vector<RateLimit>& rate_limits) {
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  drop_idle_rate_limits();
  for (const RateLimit& rate_limit : rate_limits) {
    if (rate_limit.count == 0)
      return SendDecision{std::nullopt, rate_limit.scope, rate_limit.window, rate_limit.is_share};
    longest_window_ = std::max(longest_window_, rate_limit.window);
    auto& sends = sends_[{rate_limit.scope, rate_limit.key}];
    forget_old_sends(sends, rate_limit.window);
    if (sends.size() >= rate_limit.count) {
      const auto& blocking = sends[sends.size() - rate_limit.count];
      return SendDecision{std::nullopt, rate_limit.scope,
                          ceil<seconds>(blocking.at + rate_limit.window - now),
                          rate_limit.is_share};
    }
  }
  const SendId id = ++last_id_;
  auto& [at, keys] = unsettled_[id];
  at = now;
  for (const RateLimit& rate_limit : rate_limits) {
    if (rate_limit.only_looked_at) continue;
    keys.emplace_back(rate_limit.scope, rate_limit.key);
    sends_[keys.back()].push_back({id, now});
  }
  return SendDecision{id};
}

Result<void> MemoryStore::settle_send(SendId id, bool spent) {
  const MutexLock lock(mutex_);
  const auto found = unsettled_.find(id);
  if (found == unsettled_.end()) return {};
  if (!spent)
    for (const auto& key : found->second.keys)
      std::erase_if(sends_[key], [id](const Send& send) { return send.id == id; });
  unsettled_.erase(found);
  return {};
}

Result<std::vector<RateLimitState>> MemoryStore::rate_limit_states(
    const std::vector<RateLimit>& rate_limits) {
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  std::vector<RateLimitState> states;
  for (const RateLimit& rate_limit : rate_limits) {
    RateLimitState& state =
        states.emplace_back(RateLimitState{rate_limit.count, rate_limit.window});
    const auto found = sends_.find({rate_limit.scope, rate_limit.key});
    const auto taken =
        found == sends_.end()
            ? 0
            : std::count_if(found->second.begin(), found->second.end(),
                            [&](const Send& send) { return now - send.at < rate_limit.window; });
    state.left -= static_cast<unsigned>(std::min<int64_t>(rate_limit.count, taken));
    if (state.left > 0) state.next_in = seconds(0);
    if (state.left == 0 && rate_limit.count > 0)
      state.next_in = ceil<seconds>(found->second[found->second.size() - rate_limit.count].at +
                                    rate_limit.window - now);
  }
  return states;
}

Result<bool> MemoryStore::refill_rate_limits(const std::vector<RateLimit>& rate_limits) {
  const MutexLock lock(mutex_);
  bool any = false;
  for (const RateLimit& rate_limit : rate_limits)
    any = sends_.erase({rate_limit.scope, rate_limit.key}) > 0 || any;
  return any;
}

Result<void> MemoryStore::record_verdict(const VerdictRecord& record) {
  const MutexLock lock(mutex_);
  verdicts_.push_front(record);
  VerdictRecord& kept = verdicts_.front();
  for (std::string* text :
       {&kept.user, &kept.service, &kept.rhost, &kept.verdict, &kept.reason, &kept.method,
        &kept.provider, &kept.message_id, &kept.masked_number, &kept.limit, &kept.rule})
    text->resize(std::min(text->size(), kLongestVerdictText));
  const auto same_lane = [&record](const VerdictRecord& one) { return one.lane == record.lane; };
  const auto kept_of_lane = std::count_if(verdicts_.begin(), verdicts_.end(), same_lane);
  if (static_cast<size_t>(kept_of_lane) <= kMostVerdicts) return {};
  const auto oldest = std::find_if(verdicts_.rbegin(), verdicts_.rend(), same_lane);
  verdicts_.erase(std::next(oldest).base());
  return {};
}

Result<std::vector<VerdictRecord>> MemoryStore::recent_verdicts(
    const std::optional<std::string>& user, size_t limit) {
  const MutexLock lock(mutex_);
  std::vector<VerdictRecord> records;
  for (const VerdictRecord& record : verdicts_)
    if (records.size() < limit && (!user || record.user == user->substr(0, kLongestVerdictText)))
      records.push_back(record);
  return records;
}

Result<bool> MemoryStore::use_totp_step(const std::string& user, int64_t step) {
  const MutexLock lock(mutex_);
  const auto [found, fresh] = totp_steps_.try_emplace(user, step);
  if (!fresh && step <= found->second) return false;
  found->second = step;
  return true;
}

Result<std::optional<BackupCodes>> MemoryStore::backup_codes(const std::string& user) {
  const MutexLock lock(mutex_);
  const auto found = backup_sets_.find(user);
  if (found == backup_sets_.end()) return std::optional<BackupCodes>();
  return std::optional(
      BackupCodes{found->second.parameters, static_cast<unsigned>(found->second.unused.size())});
}

Result<bool> MemoryStore::use_backup_code(const std::string& user, const std::string& hash) {
  const MutexLock lock(mutex_);
  const auto found = backup_sets_.find(user);
  return found != backup_sets_.end() && found->second.unused.erase(hash) > 0;
}

Result<UserRecord> MemoryStore::record_of(const Origin& origin) {
  return record_by_parts(*this, origin);
}

}  // namespace sms2fa
