// SPDX-License-Identifier: Apache-2.0
#include "tests/support/failing_store.h"

#include <stdexcept>

namespace sms2fa::test {

bool FailingStore::fails(StoreCall call, const std::string& shown) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(shown);
  }
  if (before) before(call);
  if (throwing_ == static_cast<int>(call)) throw std::runtime_error("the store threw");
  return failing_ == static_cast<int>(call);
}

namespace {
Error broken() {
  return make_error(ErrorKind::unavailable, "the store is broken");
}
}  // namespace

Result<SendDecision> FailingStore::reserve_send(const std::vector<RateLimit>& rate_limits) {
  if (fails(StoreCall::reserve_send, "reserve")) return broken();
  return store_.reserve_send(rate_limits);
}

Result<void> FailingStore::settle_send(SendId id, bool spent) {
  if (fails(StoreCall::settle_send, spent ? "settle spent" : "settle unsent")) return broken();
  return store_.settle_send(id, spent);
}

Result<UserState> FailingStore::state_of(const Origin& origin) {
  if (fails(StoreCall::state_of, "state " + origin.user)) return broken();
  return store_.state_of(origin);
}

Result<CountedAttempt> FailingStore::count_attempt(const Origin& origin, int64_t chance,
                                                   const LockRules& rules) {
  if (fails(StoreCall::count_attempt, "count " + origin.user)) return broken();
  return store_.count_attempt(origin, chance, rules);
}

Result<unsigned> FailingStore::commit_outcome(AttemptId id, bool right,
                                              const std::vector<AttemptId>& wrong) {
  if (fails(StoreCall::commit_outcome, right ? "outcome right" : "outcome wrong")) return broken();
  return store_.commit_outcome(id, right, wrong);
}

Result<std::array<unsigned char, 32>> FailingStore::decoy_key() {
  if (fails(StoreCall::decoy_key, "key")) return broken();
  return store_.decoy_key();
}

Result<std::chrono::seconds> FailingStore::time_left(WallTime deadline) {
  if (fails(StoreCall::time_left, "time left")) return broken();
  return store_.time_left(deadline);
}

// No call that a login waits for, and so none that a test counts.
Result<void> FailingStore::record_verdict(const VerdictRecord& record) {
  if (failing_ == static_cast<int>(StoreCall::record_verdict)) return broken();
  return store_.record_verdict(record);
}

Result<bool> FailingStore::use_totp_step(const std::string& user, int64_t step) {
  if (fails(StoreCall::use_totp_step, "step " + user)) return broken();
  return store_.use_totp_step(user, step);
}

Result<Generation> FailingStore::replace_backup_codes(const std::string& user,
                                                      const std::string& parameters,
                                                      const std::vector<std::string>& hashes,
                                                      const Proof& proof) {
  if (fails(StoreCall::replace_backup_codes, "new codes " + user)) return broken();
  return store_.replace_backup_codes(user, parameters, hashes, proof);
}

Result<std::optional<BackupCodes>> FailingStore::backup_codes(const std::string& user) {
  if (fails(StoreCall::backup_codes, "codes " + user)) return broken();
  return store_.backup_codes(user);
}

Result<bool> FailingStore::use_backup_code(const std::string& user, const std::string& hash) {
  if (fails(StoreCall::use_backup_code, "use code " + user)) return broken();
  return store_.use_backup_code(user, hash);
}

Result<Enrolment> FailingStore::enrolment_of(const std::string& user) {
  if (fails(StoreCall::enrolment_of, "enrolment " + user)) return broken();
  return store_.enrolment_of(user);
}

Result<Generation> FailingStore::set_number(const std::string& user, const std::string& sealed,
                                            const Proof& proof) {
  if (fails(StoreCall::set_number, "number " + user)) return broken();
  return store_.set_number(user, sealed, proof);
}

Result<Generation> FailingStore::plan_number(const std::string& user, const std::string& sealed,
                                             std::chrono::seconds wait, const Proof& proof) {
  if (fails(StoreCall::plan_number, "plan " + user)) return broken();
  return store_.plan_number(user, sealed, wait, proof);
}

Result<Generation> FailingStore::put_app(const std::string& user, const EnrolledApp& app,
                                         const Proof& proof) {
  if (fails(StoreCall::put_app, "app " + user)) return broken();
  return store_.put_app(user, app, proof);
}

std::vector<std::string> FailingStore::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void FailingStore::forget_calls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

int FailingStore::count_of(const std::string& call) const {
  int count = 0;
  for (const auto& made : calls()) count += made == call;
  return count;
}

}  // namespace sms2fa::test
