// SPDX-License-Identifier: Apache-2.0
#include "lib/session/admission.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace sms2fa {

namespace {

constexpr const char* kPerUser = "logins_per_user";
constexpr const char* kAtOnce = "logins_at_once";
constexpr size_t kAny = std::numeric_limits<size_t>::max();

size_t part(unsigned all, unsigned divisor) {
  return std::max(1U, all / divisor);
}

}  // namespace

// How many places a newcomer's share, crowd, source and user have.
struct Admission::Room {
  size_t share;
  size_t crowd;
  size_t source;
  size_t user;
};

Admission::Share Admission::share_of(const LoginRequest& request) {
  switch (request.lane) {
    case Lane::proven:
      return Share::proven;
    case Lane::unproven:
      return request.rhost.empty() ? Share::local : Share::unproven;
    case Lane::own:
      return Share::own;
    case Lane::named:
      return Share::named;
  }
  return Share::unproven;
}

Admission::Slot::Slot(Slot&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), entry_(other.entry_) {}

Admission::Slot::~Slot() {
  if (admission_ != nullptr) admission_->leave(entry_);
}

bool Admission::Slot::displaced() const {
  const MutexLock lock(admission_->mutex_);
  return entry_->displaced;
}

void Admission::leave(Entries::iterator entry) noexcept {
  const MutexLock lock(mutex_);
  entries_.erase(entry);
}

size_t Admission::size() {
  const MutexLock lock(mutex_);
  return entries_.size();
}

// A proven login ends for another one only where that makes their crowds more equal: else a busy
// hour would end logins that nothing is wrong with.
bool Admission::may_displace(const Entry& newcomer, const Entry& entry, Crowds& crowds) {
  if (newcomer.share == Share::silent) return true;
  if (newcomer.share == Share::proven) return crowds[entry.crowd] > crowds[newcomer.crowd] + 1;
  return entry.crowd != newcomer.crowd;
}

// nullptr when there is room for the newcomer, be it because somebody else's attempt ends for it;
// else what leaves none.
const char* Admission::make_room(const Room& room, const Entry& newcomer) {
  size_t leaving = 0;
  size_t in_share = 0;
  size_t of_source = 0;
  size_t of_user = 0;
  Crowds crowds;
  for (const Entry& entry : entries_) {
    if (&entry == &newcomer || entry.share != newcomer.share) continue;
    if (entry.displaced) {
      ++leaving;
      continue;
    }
    ++in_share;
    ++crowds[entry.crowd];
    const bool same_source = entry.source == newcomer.source;
    of_source += same_source ? 1 : 0;
    of_user += same_source && entry.user == newcomer.user ? 1 : 0;
  }
  const bool is_own = newcomer.share == Share::own;
  if (of_user >= room.user) return kPerUser;
  if (crowds[newcomer.crowd] >= room.crowd) return is_own ? kPerUser : kAtOnce;
  if (of_source >= room.source) return kAtOnce;
  if (in_share < room.share) return nullptr;
  // What is being ended may still take a while, and holds a thread until then.
  if (leaving >= room.share) return kAtOnce;

  Entry* chosen = nullptr;
  for (Entry& entry : entries_) {
    if (&entry == &newcomer || entry.share != newcomer.share || entry.displaced) continue;
    if (!may_displace(newcomer, entry, crowds)) continue;
    const auto rank = [&crowds](const Entry& one) {
      return std::pair(!one.has_spoken, crowds[one.crowd]);
    };
    if (chosen == nullptr || rank(entry) > rank(*chosen)) chosen = &entry;
  }
  if (chosen == nullptr) return kAtOnce;
  chosen->displaced = true;
  chosen->end();
  return nullptr;
}

Admission::Slot Admission::greet(const LimitSettings& limits, uid_t peer, bool named,
                                 std::function<void()> end) {
  Entry entry;
  entry.end = std::move(end);
  Room room = {limits.logins_at_once, kAny, kAny, kAny};
  if (peer != 0) {
    entry.share = named ? Share::named : Share::own;
    entry.crowd = entry.source = std::to_string(peer);
    room = {part(limits.logins_at_once, 4), named ? kAny : limits.logins_per_user, kAny, kAny};
  }
  const MutexLock lock(mutex_);
  if (make_room(room, entry) != nullptr) return {};
  entries_.push_back(std::move(entry));
  return {*this, std::prev(entries_.end())};
}

const char* Admission::admit(const LimitSettings& limits, Slot& slot, const LoginRequest& request) {
  Entry moved;
  moved.share = share_of(request);
  moved.has_spoken = true;
  moved.user = request.user;
  Room room = {limits.logins_at_once, kAny, kAny, limits.logins_per_user};
  switch (request.lane) {
    case Lane::proven:
      moved.crowd = request.user;
      moved.source = request.source();
      break;
    case Lane::unproven:
      moved.crowd = request.crowd();
      moved.source = request.rhost.empty() ? moved.crowd : request.source();
      if (request.rhost.empty()) {
        room = {part(limits.logins_at_once, 4), part(limits.logins_at_once, 8), kAny,
                limits.logins_per_user};
        break;
      }
      room = {part(limits.logins_at_once, 2), part(limits.logins_at_once, 4),
              part(limits.logins_at_once, 8), limits.logins_per_user};
      break;
    case Lane::named:
      moved.crowd = request.crowd();
      moved.source = request.source();
      room = {part(limits.logins_at_once, 4), part(limits.logins_at_once, 8), kAny,
              limits.logins_per_user};
      break;
    case Lane::own:
      // Counted since it connected.
      moved.crowd = moved.source = std::to_string(request.peer);
      room = {part(limits.logins_at_once, 4), limits.logins_per_user, kAny, kAny};
      break;
  }
  const MutexLock lock(mutex_);
  Entry& entry = *slot.entry_;
  if (entry.displaced) return kAtOnce;
  moved.end = std::move(entry.end);
  entry = std::move(moved);
  // The oldest is the one whose hello came first.
  entries_.splice(entries_.end(), entries_, slot.entry_);
  return make_room(room, entry);
}

}  // namespace sms2fa
