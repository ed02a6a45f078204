// SPDX-License-Identifier: Apache-2.0
#include "lib/session/membership_cache.h"

#include <algorithm>
#include <utility>

namespace sms2fa {

const Memberships* MembershipCache::find(const std::string& key, SteadyTime now) const {
  const auto found = kept_.find(key);
  const bool is_fresh = found != kept_.end() && now - found->second.since < kKept;
  return is_fresh ? &found->second.memberships : nullptr;
}

void MembershipCache::keep(const std::string& key, Memberships memberships, SteadyTime now) {
  if (kept_.size() >= kMost && !kept_.contains(key)) {
    const auto oldest = std::min_element(
        kept_.begin(), kept_.end(),
        [](const auto& one, const auto& other) { return one.second.since < other.second.since; });
    kept_.erase(oldest);
  }
  kept_[key] = {std::move(memberships), now};
}

}  // namespace sms2fa
