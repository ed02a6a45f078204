// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/store/answer_rules.h"
#include "lib/store/memory_records.h"
#include "lib/store/store.h"

namespace sms2fa {

// Everything in memory, gone with the process. Times are the steady clock's, not the wall's.
class MemoryStore final : public Store {
 public:
  // Fails when the random source does. Both must outlive the store.
  static Result<std::unique_ptr<MemoryStore>> create(const Clock& clock, Random& random);

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
  using RateLimitKey = std::pair<RateLimitScope, std::string>;
  struct Send {
    SendId id;
    SteadyTime at;
  };
  // By place; those of strangers under what no familiar place's key begins with.
  struct Place {
    answer_rules::SeriesRow row;
    std::optional<int64_t> right_ms = {};
  };
  struct Answers {
    answer_rules::PersonRow person;
    std::map<std::string, Place> series;
    std::map<int64_t, YearlyUse> days;
    std::deque<int64_t> last_day;
  };
  struct Counted {
    std::string user;
    std::string place;
    answer_rules::Attempt attempt;
    Generation generation;
    bool judged = false;
  };
  using OpenPass = memory_records::OpenPass;
  using Enrolled = memory_records::Enrolled;
  struct Unsettled {
    SteadyTime at;
    std::vector<RateLimitKey> keys;
  };

  MemoryStore(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  int64_t now_ms() const;
  answer_rules::CountingState counting_of(const Origin& origin) const REQUIRES(mutex_);
  void take_back(const Counted& counted, Answers& answers);
  void make_familiar(Answers& answers, const std::string& place) const;
  unsigned failed_since_yesterday(const std::string& user) const REQUIRES(mutex_);
  void drop_old_answers() REQUIRES(mutex_);
  void forget_old_sends(std::deque<Send>& sends, std::chrono::seconds window) const;
  void drop_idle_rate_limits() REQUIRES(mutex_);
  Result<Generation> changed(const std::string& user, const Proof& proof,
                             const std::function<PutStatus()>& change);
  bool is_locked(const std::string& user) const REQUIRES(mutex_);
  Generation current_generation(const std::string& user) const REQUIRES(mutex_);
  bool is_current_key(const std::string& sealed) REQUIRES(mutex_);
  void settle_plan(Enrolled& enrolled) const;

  const Clock& clock_;
  Random& random_;
  std::array<unsigned char, 32> decoy_key_{};
  Mutex mutex_;
  int64_t last_id_ GUARDED_BY(mutex_) = 0;
  std::chrono::seconds longest_window_ GUARDED_BY(mutex_){0};
  SteadyTime next_clean_up_ GUARDED_BY(mutex_){};
  std::map<RateLimitKey, std::deque<Send>> sends_ GUARDED_BY(mutex_);
  std::map<SendId, Unsettled> unsettled_ GUARDED_BY(mutex_);
  std::map<std::string, Answers> answers_ GUARDED_BY(mutex_);
  std::map<AttemptId, Counted> counted_ GUARDED_BY(mutex_);
  std::deque<VerdictRecord> verdicts_ GUARDED_BY(mutex_);
  std::map<std::string, int64_t> totp_steps_ GUARDED_BY(mutex_);
  std::map<std::string, memory_records::BackupSet> backup_sets_ GUARDED_BY(mutex_);
  std::string sealing_key_id_ GUARDED_BY(mutex_);
  std::map<std::string, Enrolled> enrolled_ GUARDED_BY(mutex_);
  std::map<std::string, Generation> generations_ GUARDED_BY(mutex_);
  std::map<std::string, OpenPass> passes_ GUARDED_BY(mutex_);
  std::map<std::string, OpenPass> invitations_ GUARDED_BY(mutex_);
  memory_records::Countdown countdown_ GUARDED_BY(mutex_);
  std::map<std::string, ProviderState> providers_ GUARDED_BY(mutex_);
  std::map<std::pair<std::string, std::string>, int64_t> counters_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa
