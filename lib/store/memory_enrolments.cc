// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "lib/base/key_ring.h"
#include "lib/store/memory_store.h"

// What MemoryStore does about enrolments.
namespace sms2fa {

bool MemoryStore::is_current_key(const std::string& sealed) {
  if (sealing_key_id_.empty()) sealing_key_id_ = sealed.substr(0, kKeyIdSize);
  return sealed.substr(0, kKeyIdSize) == sealing_key_id_;
}

void MemoryStore::settle_plan(Enrolled& enrolled) const {
  if (!enrolled.is_due(clock_.now())) return;
  enrolled.number = std::move(enrolled.planned);
  enrolled.planned.clear();
}

Result<Enrolment> MemoryStore::enrolment_of(const std::string& user) {
  const MutexLock lock(mutex_);
  Enrolment enrolment;
  const auto found = enrolled_.find(user);
  if (found == enrolled_.end()) return enrolment;
  Enrolled enrolled = found->second;
  settle_plan(enrolled);
  if (!enrolled.number.empty()) enrolment.sealed_number = enrolled.number;
  if (!enrolled.planned.empty())
    enrolment.planned = PlannedNumber{
        enrolled.planned, std::chrono::ceil<std::chrono::seconds>(enrolled.due - clock_.now())};
  for (const auto& [label, app] : enrolled.apps) enrolment.apps.push_back(app);
  return enrolment;
}

Result<std::vector<std::string>> MemoryStore::enrolled_users() {
  const MutexLock lock(mutex_);
  std::set<std::string> users;
  for (const auto& [user, enrolled] : enrolled_) users.insert(user);
  for (const auto& [user, codes] : backup_sets_) users.insert(user);
  return std::vector<std::string>(users.begin(), users.end());
}

// As if there were a change when a plan has become due, which nobody makes.
Generation MemoryStore::current_generation(const std::string& user) const {
  const auto found = generations_.find(user);
  Generation generation = found == generations_.end() ? Generation{} : found->second;
  const auto enrolled = enrolled_.find(user);
  if (enrolled != enrolled_.end() && enrolled->second.is_due(clock_.now())) generation.back() ^= 1U;
  return generation;
}

Result<Generation> MemoryStore::generation_of(const std::string& user) {
  const MutexLock lock(mutex_);
  return current_generation(user);
}

bool MemoryStore::is_locked(const std::string& user) const {
  const auto counting = counting_of({user});
  return counting.person.disabled || counting.is_locked(now_ms());
}

Result<Generation> MemoryStore::changed(const std::string& user, const Proof& proof,
                                        const std::function<PutStatus()>& change) {
  const MutexLock lock(mutex_);
  const bool outdated = proof.generation && *proof.generation != current_generation(user);
  if (outdated || (proof.unless_locked && is_locked(user)))
    return put_outcome(PutStatus::outdated, {});
  Generation next{};
  if (auto drawn = random_.fill(next); !drawn) return drawn.error();
  if (const auto enrolled = enrolled_.find(user); enrolled != enrolled_.end())
    settle_plan(enrolled->second);
  const PutStatus status = change();
  if (status == PutStatus::done) {
    generations_[user] = next;
    invitations_.erase(user);
  }
  return put_outcome(status, next);
}

Result<Generation> MemoryStore::set_number(const std::string& user, const std::string& sealed,
                                           const Proof& proof) {
  return changed(user, proof, [&]() REQUIRES(mutex_) {
    if (!is_current_key(sealed)) return PutStatus::another_key;
    Enrolled& enrolled = enrolled_[user];
    enrolled.number = sealed;
    enrolled.planned.clear();
    return PutStatus::done;
  });
}

Result<Generation> MemoryStore::plan_number(const std::string& user, const std::string& sealed,
                                            std::chrono::seconds wait, const Proof& proof) {
  return changed(user, proof, [&]() REQUIRES(mutex_) {
    if (!is_current_key(sealed)) return PutStatus::another_key;
    Enrolled& enrolled = enrolled_[user];
    enrolled.planned = sealed;
    enrolled.due = clock_.now() + wait;
    return PutStatus::done;
  });
}

Result<Generation> MemoryStore::put_app(const std::string& user, const EnrolledApp& app,
                                        const Proof& proof) {
  return changed(user, proof, [&]() REQUIRES(mutex_) {
    if (!is_current_key(app.sealed)) return PutStatus::another_key;
    auto& apps = enrolled_[user].apps;
    if (apps.size() >= kMostApps && !apps.contains(app.label)) return PutStatus::too_many;
    apps[app.label] = app;
    return PutStatus::done;
  });
}

Result<Generation> MemoryStore::replace_backup_codes(const std::string& user,
                                                     const std::string& parameters,
                                                     const std::vector<std::string>& hashes,
                                                     const Proof& proof) {
  const std::set<std::string> unused(hashes.begin(), hashes.end());
  if (unused.size() != hashes.size())
    return make_error(ErrorKind::internal, "two backup codes have the same hash");
  return changed(user, proof, [&]() REQUIRES(mutex_) {
    backup_sets_.erase(user);
    if (!hashes.empty()) backup_sets_[user] = {parameters, unused};
    return PutStatus::done;
  });
}

Result<bool> MemoryStore::remove_enrolment(const std::string& user) {
  bool removed = false;
  const auto done = changed(user, {}, [&]() REQUIRES(mutex_) {
    removed = enrolled_.erase(user) + backup_sets_.erase(user) > 0;
    return PutStatus::done;
  });
  if (!done) return done.error();
  return removed;
}

Result<void> MemoryStore::invite(const std::string& user, const std::string& parameters,
                                 const std::string& hash, std::chrono::seconds lifetime) {
  const MutexLock lock(mutex_);
  invitations_[user] = {parameters, hash, clock_.now() + lifetime};
  return {};
}

Result<std::optional<Invitation>> MemoryStore::invitation_of(const std::string& user) {
  const MutexLock lock(mutex_);
  const auto found = invitations_.find(user);
  if (found == invitations_.end() || found->second.expires_at <= clock_.now())
    return std::optional<Invitation>();
  return std::optional(
      Invitation{found->second.parameters,
                 std::chrono::ceil<std::chrono::seconds>(found->second.expires_at - clock_.now())});
}

Result<bool> MemoryStore::is_invited(const std::string& user, const std::string& hash) {
  const MutexLock lock(mutex_);
  const auto found = invitations_.find(user);
  return found != invitations_.end() && found->second.hash == hash &&
         found->second.expires_at > clock_.now();
}

Result<size_t> MemoryStore::reseal(const std::string& key_id, const Reseal& reseal) {
  const MutexLock lock(mutex_);
  auto fresh = enrolled_;
  size_t count = 0;
  bool complete = true;
  const auto renew = [&](const std::string& user, std::string& sealed) {
    if (sealed.empty() || !complete) return;
    auto made = reseal(user, sealed);
    complete = made.has_value();
    if (made) sealed = std::move(*made);
    ++count;
  };
  for (auto& [user, enrolled] : fresh) {
    renew(user, enrolled.number);
    renew(user, enrolled.planned);
    for (auto& [label, app] : enrolled.apps) renew(user, app.sealed);
  }
  if (!complete) return make_error(ErrorKind::refused, "not everything could be sealed anew");
  enrolled_ = std::move(fresh);
  sealing_key_id_ = key_id;
  return count;
}

}  // namespace sms2fa
