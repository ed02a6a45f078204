// SPDX-License-Identifier: Apache-2.0
#include "lib/session/refusal_limit.h"

#include <utility>

namespace sms2fa {

namespace {

constexpr size_t kMostPeers = 256;
// Stands for all those who found no room: nobody's uid (chown(2)).
constexpr uid_t kTheOthers = static_cast<uid_t>(-1);

}  // namespace

std::optional<unsigned> RefusalLimit::note(uid_t peer, SteadyTime now) {
  const MutexLock lock(mutex_);
  if (told_.size() >= kMostPeers && !told_.contains(peer)) {
    std::erase_if(told_, [now](const auto& one) { return now - one.second.since >= kWindow; });
    if (told_.size() >= kMostPeers) peer = kTheOthers;
  }
  Told& told = told_.try_emplace(peer, Told{now}).first->second;
  if (now - told.since >= kWindow) {
    told.since = now;
    told.refusals = 0;
  }
  if (told.refusals >= kMost) {
    ++told.left_out;
    return std::nullopt;
  }
  ++told.refusals;
  return std::exchange(told.left_out, 0);
}

}  // namespace sms2fa
