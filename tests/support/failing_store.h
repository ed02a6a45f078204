// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "lib/store/store.h"

namespace sms2fa::test {

enum class StoreCall {
  reserve_send,
  settle_send,
  state_of,
  count_attempt,
  commit_outcome,
  decoy_key,
  use_totp_step,
  replace_backup_codes,
  backup_codes,
  use_backup_code,
  enrolment_of,
  set_number,
  plan_number,
  put_app
};

// Another store, of which any call can be made to fail, and which remembers its calls.
class FailingStore final : public Store {
 public:
  explicit FailingStore(Store& store) : store_(store) {}
  Result<SendDecision> reserve_send(const std::vector<Budget>& budgets) override;
  Result<void> settle_send(SendId id, bool spent) override;
  Result<UserState> state_of(const std::string& user) override;
  Result<CountedAttempt> count_attempt(const std::string& user, const LockRules& rules) override;
  Result<void> commit_outcome(AttemptId id, bool right) override;
  Result<std::array<unsigned char, 32>> decoy_key() override;
  Result<std::optional<Pass>> pass_of(const std::string& user) override {
    return store_.pass_of(user);
  }
  Result<bool> use_pass(const std::string& user, const std::string& hash) override {
    return store_.use_pass(user, hash);
  }
  Result<void> add_to_counters(const std::vector<Counter>& counters) override {
    return store_.add_to_counters(counters);
  }

  Result<bool> use_totp_step(const std::string& user, int64_t step) override;
  Result<void> replace_backup_codes(const std::string& user, const std::string& parameters,
                                    const std::vector<std::string>& hashes) override;
  Result<std::optional<BackupCodes>> backup_codes(const std::string& user) override;
  Result<bool> use_backup_code(const std::string& user, const std::string& hash) override;
  Result<Enrolment> enrolment_of(const std::string& user) override;
  Result<void> set_number(const std::string& user, const std::string& sealed) override;
  Result<void> plan_number(const std::string& user, const std::string& sealed,
                           std::chrono::seconds wait) override;
  Result<void> put_app(const std::string& user, const EnrolledApp& app) override;

  // From now on; mend() ends it.
  void fail(StoreCall call) { failing_ = static_cast<int>(call); }
  void throw_at(StoreCall call) { throwing_ = static_cast<int>(call); }
  void mend() { failing_ = throwing_ = -1; }
  // Called before each call goes on to the other store. Set it before the first thread.
  std::function<void(StoreCall)> before;

  // "count alice", "outcome right", "reserve", "settle spent" and so on, in their order.
  std::vector<std::string> calls() const;
  void forget_calls();
  int count_of(const std::string& call) const;

 private:
  bool fails(StoreCall call, const std::string& shown);

  Store& store_;
  std::atomic<int> failing_ = -1;
  std::atomic<int> throwing_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
};

}  // namespace sms2fa::test
