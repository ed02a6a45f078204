// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/store/group_commit.h"
#include "lib/store/limit_tables.h"
#include "lib/store/state_file.h"
#include "lib/store/state_writer.h"
#include "lib/store/store.h"
#include "lib/store/store_time.h"

namespace sms2fa {

// The store in one SQLite file (docs/STORE.md). Several processes may have it open. Callers wait
// for commits that they share with each other. Not to be used in a child after fork().
class SqliteStore final : public Store {
 public:
  using Options = StateWriter::Options;

  // As open_state() says. `random` and `time` must outlive the store. Starts a thread.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Missing missing,
                                                   Random& random, const TimeSource& time,
                                                   Options options);
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Missing missing,
                                                   Random& random, const TimeSource& time) {
    return open(path, missing, random, time, Options());
  }

  Result<SendDecision> reserve_send(const std::vector<RateLimit>& rate_limits) override;
  Result<void> settle_send(SendId id, bool spent) override;
  Result<std::vector<RateLimitState>> rate_limit_states(
      const std::vector<RateLimit>& rate_limits) override;
  Result<bool> refill_rate_limits(const std::vector<RateLimit>& rate_limits) override;
  Result<UserState> state_of(const Origin& origin) override;
  Result<CountedAttempt> count_attempt(const Origin& origin, int64_t chance,
                                       const LockRules& rules) override;
  Result<unsigned> commit_outcome(AttemptId id, bool right,
                                  const std::vector<AttemptId>& before = {}) override;
  Result<std::array<unsigned char, 32>> decoy_key() override { return decoy_key_; }
  Result<unsigned> failures_last_day(const std::string& user) override;
  Result<std::vector<NamedUserState>> user_states() override;
  Result<std::vector<SeriesState>> series_of(const std::string& user) override;
  Result<bool> unlock(const std::string& user, bool year) override;
  Result<void> record_verdict(const VerdictRecord& record) override;
  Result<std::vector<VerdictRecord>> recent_verdicts(const std::optional<std::string>& user,
                                                     size_t limit) override;
  Result<bool> use_totp_step(const std::string& user, int64_t step) override;
  Result<std::optional<BackupCodes>> backup_codes(const std::string& user) override;
  Result<bool> use_backup_code(const std::string& user, const std::string& hash) override;
  Result<UserRecord> record_of(const Origin& origin) override;
  Result<void> issue_bypass(const std::string& user, const std::string& parameters,
                            const std::string& hash, std::chrono::seconds lifetime) override;
  Result<std::optional<Bypass>> bypass_of(const std::string& user) override;
  Result<bool> use_bypass(const std::string& user, const std::string& hash) override;
  Result<std::chrono::seconds> time_left(WallTime deadline) override;
  Result<void> record_provider_state(const ProviderState& state) override;
  Result<std::vector<ProviderState>> provider_states() override;
  Result<void> add_to_counters(const std::vector<Counter>& counters) override;
  Result<std::vector<Counter>> counters() override;

  Result<Enrolment> enrolment_of(const std::string& user) override;
  Result<std::vector<std::string>> enrolled_users() override;
  Result<Generation> generation_of(const std::string& user) override;
  Result<Generation> set_number(const std::string& user, const std::string& sealed,
                                const Proof& proof) override;
  Result<Generation> plan_number(const std::string& user, const std::string& sealed,
                                 std::chrono::seconds wait, const Proof& proof) override;
  Result<Generation> put_app(const std::string& user, const EnrolledApp& app,
                             const Proof& proof) override;
  Result<Generation> replace_backup_codes(const std::string& user, const std::string& parameters,
                                          const std::vector<std::string>& hashes,
                                          const Proof& proof) override;
  Result<bool> remove_enrolment(const std::string& user) override;
  Result<void> invite(const std::string& user, const std::string& parameters,
                      const std::string& hash, std::chrono::seconds lifetime) override;
  Result<std::optional<Invitation>> invitation_of(const std::string& user) override;
  Result<bool> is_invited(const std::string& user, const std::string& hash) override;
  Result<size_t> reseal(const std::string& key_id, const Reseal& reseal) override;

 private:
  SqliteStore(StateFile state, Options options, Random& random, const TimeSource& time);

  // Waits until `operation` is committed, and returns what it returned.
  template <typename Operation>
  auto committed(Operation operation) -> Result<std::invoke_result_t<Operation, Transaction&>>;

  // Commits a change of what `user` holds, if its proof still holds.
  template <typename Change>
  Result<Generation> changed(const std::string& user, const Proof& proof, Change change);

  std::vector<limit_tables::HashedRateLimit> hashed(
      const std::vector<RateLimit>& rate_limits) const;

  Random& random_;
  // The same, behind the records that came before.
  template <typename Operation>
  auto behind_records(Operation operation) -> Result<std::invoke_result_t<Operation, Transaction&>>;
  std::vector<Counter> take_counters();

  const StoreKey decoy_key_;
  const StoreKey rate_limit_key_;
  StateWriter writer_;
  Mutex counters_mutex_;
  // Not committed yet.
  std::map<std::pair<std::string, std::string>, int64_t> counters_ GUARDED_BY(counters_mutex_);
  uint64_t told_dropped_ GUARDED_BY(counters_mutex_) = 0;
  GroupCommit commits_;  // last: its thread uses the writer
};

}  // namespace sms2fa
