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
  put_app,
  record_verdict,
  time_left
};

// Another store, of which any call can be made to fail, and which remembers its calls.
class FailingStore final : public Store {
 public:
  explicit FailingStore(Store& store) : store_(store) {}
  Result<SendDecision> reserve_send(const std::vector<RateLimit>& rate_limits) override;
  Result<void> settle_send(SendId id, bool spent) override;
  Result<UserState> state_of(const Origin& origin) override;
  Result<CountedAttempt> count_attempt(const Origin& origin, int64_t chance,
                                       const LockRules& rules) override;
  Result<unsigned> commit_outcome(AttemptId id, bool right,
                                  const std::vector<AttemptId>& wrong = {}) override;
  Result<std::array<unsigned char, 32>> decoy_key() override;
  Result<void> record_verdict(const VerdictRecord& record) override;
  Result<std::optional<Bypass>> bypass_of(const std::string& user) override {
    return store_.bypass_of(user);
  }
  Result<bool> use_bypass(const std::string& user, const std::string& hash) override {
    return store_.use_bypass(user, hash);
  }
  Result<void> add_to_counters(const std::vector<Counter>& counters) override {
    return store_.add_to_counters(counters);
  }

  Result<bool> use_totp_step(const std::string& user, int64_t step) override;
  Result<Generation> replace_backup_codes(const std::string& user, const std::string& parameters,
                                          const std::vector<std::string>& hashes,
                                          const Proof& proof) override;
  Result<std::optional<BackupCodes>> backup_codes(const std::string& user) override;
  Result<bool> use_backup_code(const std::string& user, const std::string& hash) override;
  Result<Enrolment> enrolment_of(const std::string& user) override;
  Result<std::optional<Invitation>> invitation_of(const std::string& user) override {
    return store_.invitation_of(user);
  }
  Result<bool> is_invited(const std::string& user, const std::string& hash) override {
    return store_.is_invited(user, hash);
  }
  Result<Generation> generation_of(const std::string& user) override {
    return store_.generation_of(user);
  }
  Result<Generation> set_number(const std::string& user, const std::string& sealed,
                                const Proof& proof) override;
  Result<Generation> plan_number(const std::string& user, const std::string& sealed,
                                 std::chrono::seconds wait, const Proof& proof) override;
  Result<Generation> put_app(const std::string& user, const EnrolledApp& app,
                             const Proof& proof) override;

  Result<UserRecord> record_of(const Origin& origin) override {
    return record_by_parts(*this, origin);
  }

  // What no test makes fail.
  Result<std::vector<RateLimitState>> rate_limit_states(
      const std::vector<RateLimit>& rate_limits) override {
    return store_.rate_limit_states(rate_limits);
  }
  Result<bool> refill_rate_limits(const std::vector<RateLimit>& rate_limits) override {
    return store_.refill_rate_limits(rate_limits);
  }
  Result<unsigned> failures_last_day(const std::string& user) override {
    return store_.failures_last_day(user);
  }
  Result<std::vector<NamedUserState>> user_states() override { return store_.user_states(); }
  Result<std::vector<SeriesState>> series_of(const std::string& user) override {
    return store_.series_of(user);
  }
  Result<bool> unlock(const std::string& user, bool year) override {
    return store_.unlock(user, year);
  }
  Result<std::vector<VerdictRecord>> recent_verdicts(const std::optional<std::string>& user,
                                                     size_t limit) override {
    return store_.recent_verdicts(user, limit);
  }
  Result<std::vector<std::string>> enrolled_users() override { return store_.enrolled_users(); }
  Result<bool> remove_enrolment(const std::string& user) override {
    return store_.remove_enrolment(user);
  }
  Result<void> invite(const std::string& user, const std::string& parameters,
                      const std::string& hash, std::chrono::seconds lifetime) override {
    return store_.invite(user, parameters, hash, lifetime);
  }
  Result<size_t> reseal(const std::string& key_id, const Reseal& reseal) override {
    return store_.reseal(key_id, reseal);
  }
  Result<void> issue_bypass(const std::string& user, const std::string& parameters,
                            const std::string& hash, std::chrono::seconds lifetime) override {
    return store_.issue_bypass(user, parameters, hash, lifetime);
  }
  Result<std::chrono::seconds> time_left(WallTime deadline) override;
  Result<void> record_provider_state(const ProviderState& state) override {
    return store_.record_provider_state(state);
  }
  Result<std::vector<ProviderState>> provider_states() override { return store_.provider_states(); }
  Result<std::vector<Counter>> counters() override { return store_.counters(); }

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
