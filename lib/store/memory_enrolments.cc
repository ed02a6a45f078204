// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/base/key_ring.h"
#include "lib/store/memory_store.h"

// What MemoryStore does about enrolments.
namespace sms2fa {

bool MemoryStore::is_current_key(const std::string& sealed) {
  if (sealing_key_id_.empty()) sealing_key_id_ = sealed.substr(0, kKeyIdSize);
  return sealed.substr(0, kKeyIdSize) == sealing_key_id_;
}

void MemoryStore::settle_plan(Enrolled& enrolled) const {
  if (enrolled.planned.empty() || clock_.now() < enrolled.due) return;
  enrolled.number = std::move(enrolled.planned);
  enrolled.planned.clear();
}

Result<Enrolment> MemoryStore::enrolment_of(const std::string& user) {
  const std::lock_guard lock(mutex_);
  Enrolment enrolment;
  const auto found = enrolled_.find(user);
  if (found == enrolled_.end()) return enrolment;
  Enrolled& enrolled = found->second;
  settle_plan(enrolled);
  if (!enrolled.number.empty()) enrolment.sealed_number = enrolled.number;
  if (!enrolled.planned.empty())
    enrolment.planned = PlannedNumber{
        enrolled.planned, std::chrono::ceil<std::chrono::seconds>(enrolled.due - clock_.now())};
  for (const auto& [label, app] : enrolled.apps) enrolment.apps.push_back(app);
  return enrolment;
}

Result<std::vector<std::string>> MemoryStore::enrolled_users() {
  const std::lock_guard lock(mutex_);
  std::set<std::string> users;
  for (const auto& [user, enrolled] : enrolled_) users.insert(user);
  for (const auto& [user, codes] : backup_sets_) users.insert(user);
  return std::vector<std::string>(users.begin(), users.end());
}

Result<void> MemoryStore::set_number(const std::string& user, const std::string& sealed) {
  const std::lock_guard lock(mutex_);
  if (!is_current_key(sealed)) return put_outcome(PutStatus::another_key);
  Enrolled& enrolled = enrolled_[user];
  enrolled.number = sealed;
  enrolled.planned.clear();
  return {};
}

Result<void> MemoryStore::plan_number(const std::string& user, const std::string& sealed,
                                      std::chrono::seconds wait) {
  const std::lock_guard lock(mutex_);
  if (!is_current_key(sealed)) return put_outcome(PutStatus::another_key);
  Enrolled& enrolled = enrolled_[user];
  settle_plan(enrolled);
  enrolled.planned = sealed;
  enrolled.due = clock_.now() + wait;
  return {};
}

Result<void> MemoryStore::put_app(const std::string& user, const EnrolledApp& app) {
  const std::lock_guard lock(mutex_);
  if (!is_current_key(app.sealed)) return put_outcome(PutStatus::another_key);
  auto& apps = enrolled_[user].apps;
  if (apps.size() >= kMostApps && !apps.contains(app.label))
    return put_outcome(PutStatus::too_many);
  apps[app.label] = app;
  return {};
}

Result<bool> MemoryStore::remove_enrolment(const std::string& user) {
  const std::lock_guard lock(mutex_);
  return enrolled_.erase(user) + backup_sets_.erase(user) > 0;
}

Result<size_t> MemoryStore::reseal(const std::string& key_id, const Reseal& reseal) {
  const std::lock_guard lock(mutex_);
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
