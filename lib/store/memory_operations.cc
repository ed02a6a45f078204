// SPDX-License-Identifier: Apache-2.0
// The part of MemoryStore that serves those who run the machine.
#include <algorithm>

#include "lib/store/memory_store.h"

namespace sms2fa {

Result<void> MemoryStore::issue_bypass(const std::string& user, const std::string& parameters,
                                       const std::string& hash, std::chrono::seconds lifetime) {
  const MutexLock lock(mutex_);
  passes_[user] = {parameters, hash, clock_.now() + lifetime};
  return {};
}

Result<std::optional<Bypass>> MemoryStore::bypass_of(const std::string& user) {
  const MutexLock lock(mutex_);
  const auto found = passes_.find(user);
  if (found == passes_.end() || found->second.expires_at <= clock_.now())
    return std::optional<Bypass>();
  return std::optional(
      Bypass{found->second.parameters,
             std::chrono::ceil<std::chrono::seconds>(found->second.expires_at - clock_.now())});
}

Result<bool> MemoryStore::use_bypass(const std::string& user, const std::string& hash) {
  const MutexLock lock(mutex_);
  const auto found = passes_.find(user);
  if (found == passes_.end() || found->second.hash != hash ||
      found->second.expires_at <= clock_.now())
    return false;
  passes_.erase(found);
  return true;
}

Result<std::chrono::seconds> MemoryStore::time_left(WallTime deadline) {
  const MutexLock lock(mutex_);
  if (deadline != countdown_.deadline) countdown_ = {deadline, clock_.wall_now()};
  countdown_.latest = std::max(countdown_.latest, clock_.wall_now());
  return std::chrono::ceil<std::chrono::seconds>(deadline - countdown_.latest);
}

Result<void> MemoryStore::record_provider_state(const ProviderState& state) {
  const MutexLock lock(mutex_);
  providers_[state.name] = state;
  return {};
}

Result<std::vector<ProviderState>> MemoryStore::provider_states() {
  const MutexLock lock(mutex_);
  std::vector<ProviderState> states;
  for (const auto& [name, state] : providers_) states.push_back(state);
  return states;
}

Result<void> MemoryStore::add_to_counters(const std::vector<Counter>& counters) {
  const MutexLock lock(mutex_);
  for (const Counter& counter : counters)
    counters_[{counter.name, counter.labels}] += counter.value;
  return {};
}

Result<std::vector<Counter>> MemoryStore::counters() {
  const MutexLock lock(mutex_);
  std::vector<Counter> found;
  for (const auto& [key, value] : counters_) found.push_back({key.first, key.second, value});
  return found;
}

}  // namespace sms2fa
