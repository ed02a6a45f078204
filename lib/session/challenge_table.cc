// SPDX-License-Identifier: Apache-2.0
#include "lib/session/challenge_table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/otp/pin.h"

namespace sms2fa {

using std::chrono::ceil;
using std::chrono::floor;
using std::chrono::seconds;

namespace {
constexpr seconds kSweepEvery{1};

size_t share_of(Lane lane, size_t most) {
  switch (lane) {
    case Lane::proven:
      return most;
    case Lane::unproven:
      return std::max<size_t>(1, most / 2);
    case Lane::own:
    case Lane::named:
      return std::max<size_t>(1, most / 8);
  }
  return 1;
}

}  // namespace

bool ChallengeTable::is_spent(const Challenge& challenge) const {
  const SteadyTime now = clock_.now();
  switch (challenge.state_) {
    case Challenge::State::sending:
      return false;
    case Challenge::State::open:
      return now >= challenge.expires_at_;
    case Challenge::State::unsent:
    case Challenge::State::over:
      return now >= challenge.rests_until_;
    case Challenge::State::used:
      return true;
  }
  return true;
}

void ChallengeTable::sweep() {
  if (clock_.now() < next_sweep_ && challenges_.size() < most_) return;
  next_sweep_ = clock_.now() + kSweepEvery;
  std::erase_if(challenges_,
                [this](const auto& item) REQUIRES(mutex_) { return is_spent(*item.second); });
}

// Forgets the oldest of the fullest crowd in the key's lane, or among its user's there.
bool ChallengeTable::forget_one(const ChallengeKey& key, bool of_user) {
  const auto is_candidate = [&](const auto& item) {
    return item.first.lane == key.lane && (!of_user || item.first.user == key.user) &&
           item.second->state_ != Challenge::State::sending;
  };
  std::map<std::string_view, size_t> crowds;
  for (const auto& item : challenges_)
    if (is_candidate(item)) ++crowds[item.first.crowd];
  const auto rank = [&crowds](const auto& item) {
    return std::pair(crowds[item.first.crowd], -item.second->expires_at_.time_since_epoch());
  };
  auto chosen = challenges_.end();
  for (auto item = challenges_.begin(); item != challenges_.end(); ++item)
    if (is_candidate(*item) && (chosen == challenges_.end() || rank(*item) > rank(*chosen)))
      chosen = item;
  if (chosen == challenges_.end()) return false;
  challenges_.erase(chosen);
  return true;
}

bool ChallengeTable::make_room(const ChallengeKey& key) {
  size_t of_lane = 0;
  size_t of_user = 0;
  for (const auto& [other, challenge] : challenges_) {
    if (other.lane != key.lane) continue;
    ++of_lane;
    if (other.user == key.user) ++of_user;
  }
  if (of_user >= kMostOfUser && !forget_one(key, true)) return false;
  return of_lane < share_of(key.lane, most_) || of_user >= kMostOfUser || forget_one(key, false);
}

ChallengeTable::Entry ChallengeTable::open_new(const ChallengeKey& key,
                                               const std::optional<PhoneNumber>& number, bool decoy,
                                               const ChallengeRules& rules) {
  if (!challenges_.contains(key) && !make_room(key)) return {Entry::Kind::full, nullptr};
  auto challenge = std::make_shared<Challenge>();
  challenge->number_ = number;
  challenge->decoy_ = decoy;
  challenge->rules_ = rules;
  challenge->tries_left_ = rules.tries;
  challenge->expires_at_ = clock_.now() + rules.lifetime;
  challenges_[key] = challenge;
  return {Entry::Kind::opened, challenge};
}

ChallengeTable::Entry ChallengeTable::enter(const ChallengeKey& key,
                                            const std::optional<PhoneNumber>& number, bool decoy,
                                            const ChallengeRules& rules, Milliseconds patience) {
  MutexLock lock(mutex_);
  sweep();
  const auto settled = [&]() REQUIRES(mutex_) {
    const auto found = challenges_.find(key);
    return found == challenges_.end() || found->second->state_ != Challenge::State::sending;
  };
  if (!changed_.wait_for(lock, patience, settled)) return {Entry::Kind::full, nullptr};

  const auto found = challenges_.find(key);
  if (found == challenges_.end() || is_spent(*found->second))
    return open_new(key, number, decoy, rules);
  const Handle challenge = found->second;
  const SteadyTime now = clock_.now();
  switch (challenge->state_) {
    case Challenge::State::over:
      return {Entry::Kind::cooldown, nullptr, ceil<seconds>(challenge->rests_until_ - now)};
    case Challenge::State::unsent:
      return {Entry::Kind::unsent, nullptr};
    case Challenge::State::sending:
    case Challenge::State::open:
    case Challenge::State::used:
      break;
  }
  if (!decoy && (challenge->decoy_ || challenge->number_ != number))
    return open_new(key, number, decoy, rules);
  if (decoy) challenge->decoy_ = challenge->void_ = true;
  Entry resumed = {Entry::Kind::resumed, challenge};
  if (challenge->sent_at_) resumed.time = floor<seconds>(now - *challenge->sent_at_);
  return resumed;
}

void ChallengeTable::arm(const Handle& challenge, Secret code, std::string ref) {
  const MutexLock lock(mutex_);
  challenge->code_ = std::move(code);
  challenge->ref_ = std::move(ref);
}

void ChallengeTable::sent(const Handle& challenge, LastDelivery carrier) {
  const MutexLock lock(mutex_);
  challenge->carrier_ = std::move(carrier);
  challenge->state_ = Challenge::State::open;
  challenge->sends_ = 1;
  challenge->sent_at_ = clock_.now();
  changed_.notify_all();
}

void ChallengeTable::not_sent(const Handle& challenge, seconds rest) {
  const MutexLock lock(mutex_);
  challenge->state_ = Challenge::State::unsent;
  challenge->rests_until_ = clock_.now() + rest;
  changed_.notify_all();
}

void ChallengeTable::open_without_message(const Handle& challenge, bool sending) {
  const MutexLock lock(mutex_);
  challenge->state_ = Challenge::State::open;
  challenge->resending_ = sending;
  challenge->sends_ = sending ? 1 : 0;
  changed_.notify_all();
}

ChallengeTable::Try ChallengeTable::take_try(const Handle& challenge) {
  const MutexLock lock(mutex_);
  if (challenge->state_ == Challenge::State::used) return {TryStatus::used};
  if (clock_.now() >= challenge->expires_at_) return {TryStatus::expired};
  if (challenge->state_ != Challenge::State::open || challenge->tries_left_ == 0)
    return {TryStatus::none_left};
  ++challenge->tries_under_way_;
  return {TryStatus::granted, --challenge->tries_left_};
}

void ChallengeTable::end_wrong_try(Challenge& challenge) {
  --challenge.tries_under_way_;
  // Somebody else's last try may still be on its way, and may be right.
  if (challenge.tries_left_ > 0 || challenge.tries_under_way_ > 0) return;
  if (challenge.state_ != Challenge::State::open) return;
  challenge.state_ = Challenge::State::over;
  challenge.rests_until_ = clock_.now() + challenge.rules_.resend_after;
}

void ChallengeTable::forfeit_try(const Handle& challenge) {
  const MutexLock lock(mutex_);
  end_wrong_try(*challenge);
}

void ChallengeTable::give_back(const Handle& challenge, unsigned tries) {
  const MutexLock lock(mutex_);
  challenge->tries_left_ += tries;
  if (challenge->state_ == Challenge::State::over) challenge->state_ = Challenge::State::open;
}

bool ChallengeTable::answer_is_right(const ChallengeKey& key, const Handle& challenge,
                                     std::string_view answer, bool proved) {
  const MutexLock lock(mutex_);
  const bool code_is_out = challenge->sends_ > 0;
  const bool is_code = pin_matches(challenge->code_, answer) && code_is_out;
  const bool matches = (is_code && !challenge->carrier_.checks) || proved;
  const bool may_succeed = challenge->state_ == Challenge::State::open && !challenge->decoy_ &&
                           !challenge->void_ && clock_.now() < challenge->expires_at_;
  if (matches && may_succeed) {
    // Without a message, others may be at the same prompt with app codes of their own.
    if (code_is_out) challenge->state_ = Challenge::State::used;
    --challenge->tries_under_way_;
    forget(key, challenge);
    return true;
  }
  end_wrong_try(*challenge);
  return false;
}

// The next attempt begins anew.
void ChallengeTable::forget(const ChallengeKey& key, const Handle& challenge) {
  const auto found = challenges_.find(key);
  if (found != challenges_.end() && found->second == challenge) challenges_.erase(found);
}

void ChallengeTable::make_decoy(const Handle& challenge) {
  const MutexLock lock(mutex_);
  challenge->decoy_ = challenge->void_ = true;
}

bool ChallengeTable::is_void(const Handle& challenge) const {
  const MutexLock lock(mutex_);
  return challenge->void_;
}

bool ChallengeTable::may_resend(const Handle& challenge) const {
  const MutexLock lock(mutex_);
  return has_sends_left(*challenge);
}

bool ChallengeTable::has_sends_left(const Challenge& challenge) const {
  return challenge.state_ == Challenge::State::open && clock_.now() < challenge.expires_at_ &&
         challenge.tries_left_ > 0 && challenge.sends_ < challenge.rules_.sends;
}

ChallengeTable::Resend ChallengeTable::begin_resend(const Handle& challenge) {
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  const auto rest = challenge->rules_.resend_after;
  const SteadyTime again_at = challenge->sent_at_ ? *challenge->sent_at_ + rest : now;
  if (!has_sends_left(*challenge)) return {ResendStatus::none_left};
  if (challenge->resending_ || now < again_at)
    return {ResendStatus::too_soon, std::max(seconds(1), ceil<seconds>(again_at - now))};
  challenge->resending_ = true;
  ++challenge->sends_;
  return {ResendStatus::granted};
}

void ChallengeTable::end_resend(const Handle& challenge, std::optional<LastDelivery> carrier) {
  const MutexLock lock(mutex_);
  challenge->resending_ = false;
  if (!carrier) return;
  // One who only pretends to send must not put nobody in the place of who took the last message.
  if (!carrier->provider.empty() || challenge->decoy_) challenge->carrier_ = std::move(*carrier);
  challenge->sent_at_ = clock_.now();
}

bool ChallengeTable::message_is_out(const Handle& challenge) const {
  const MutexLock lock(mutex_);
  return challenge->sent_at_.has_value() || challenge->resending_;
}

LastDelivery ChallengeTable::last_delivery_of(const Handle& challenge) const {
  const MutexLock lock(mutex_);
  return challenge->carrier_;
}

size_t ChallengeTable::size() const {
  const MutexLock lock(mutex_);
  return challenges_.size();
}

}  // namespace sms2fa
