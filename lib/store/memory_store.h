// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/store/store.h"

namespace sms2fa {

// Everything in memory and gone with the process. Times are the steady clock's, so that setting the
// wall clock changes nothing.
class MemoryStore final : public Store {
 public:
  // Fails when the random source does. `clock` must outlive the store.
  static Result<std::unique_ptr<MemoryStore>> create(const Clock& clock, Random& random);

  Result<SendDecision> reserve_send(const std::vector<Budget>& budgets) override;
  Result<void> settle_send(SendId id, bool spent) override;
  Result<UserState> state_of(const std::string& user) override;
  Result<CountedAttempt> count_attempt(const std::string& user, const LockRules& rules) override;
  Result<void> commit_outcome(AttemptId id, bool right) override;
  Result<std::array<unsigned char, 32>> decoy_key() override { return decoy_key_; }
  Result<unsigned> failures_last_day(const std::string& user) override;
  Result<std::vector<NamedUserState>> user_states() override;
  Result<bool> unlock(const std::string& user) override;
  Result<void> record_verdict(const VerdictRecord& record) override;
  Result<std::vector<VerdictRecord>> recent_verdicts(const std::optional<std::string>& user,
                                                     size_t limit) override;
  Result<bool> use_totp_step(const std::string& user, int64_t step) override;
  Result<void> replace_backup_codes(const std::string& user, const std::string& parameters,
                                    const std::vector<std::string>& hashes) override;
  Result<std::optional<BackupCodes>> backup_codes(const std::string& user) override;
  Result<bool> use_backup_code(const std::string& user, const std::string& hash) override;
  Result<void> issue_pass(const std::string& user, const std::string& parameters,
                          const std::string& hash, std::chrono::seconds lifetime) override;
  Result<std::optional<Pass>> pass_of(const std::string& user) override;
  Result<bool> use_pass(const std::string& user, const std::string& hash) override;
  Result<void> record_provider_state(const ProviderState& state) override;
  Result<std::vector<ProviderState>> provider_states() override;
  Result<void> add_to_counters(const std::vector<Counter>& counters) override;
  Result<std::vector<Counter>> counters() override;

  Result<Enrolment> enrolment_of(const std::string& user) override;
  Result<std::vector<std::string>> enrolled_users() override;
  Result<void> set_number(const std::string& user, const std::string& sealed) override;
  Result<void> plan_number(const std::string& user, const std::string& sealed,
                           std::chrono::seconds wait) override;
  Result<void> put_app(const std::string& user, const EnrolledApp& app) override;
  Result<bool> remove_enrolment(const std::string& user) override;
  Result<size_t> reseal(const std::string& key_id, const Reseal& reseal) override;

 private:
  using BudgetKey = std::pair<BudgetScope, std::string>;
  struct Send {
    SendId id;
    SteadyTime at;
  };
  struct Failures {
    unsigned consecutive = 0;
    SteadyTime locked_until{};
    bool disabled = false;
  };
  struct Counted {
    std::string user;
    bool disabled_user;
  };
  struct BackupSet {
    std::string parameters;
    std::set<std::string> unused;
  };
  struct Enrolled {
    std::string number;
    std::string planned;
    SteadyTime due{};
    std::map<std::string, EnrolledApp> apps;
  };
  struct OpenPass {
    std::string parameters;
    std::string hash;
    SteadyTime expires_at{};
  };
  struct Unsettled {
    SteadyTime at;
    std::vector<BudgetKey> keys;
  };

  explicit MemoryStore(const Clock& clock) : clock_(clock) {}
  UserState state_now(const Failures& failures) const;
  unsigned failed_since_yesterday(const std::string& user) const;
  void forget_old_sends(std::deque<Send>& sends, std::chrono::seconds window) const;
  void drop_idle_budgets();
  bool is_current_key(const std::string& sealed);
  void settle_plan(Enrolled& enrolled) const;

  const Clock& clock_;
  std::array<unsigned char, 32> decoy_key_{};
  std::mutex mutex_;
  int64_t last_id_ = 0;
  std::chrono::seconds longest_window_{0};
  SteadyTime next_clean_up_{};
  std::map<BudgetKey, std::deque<Send>> sends_;
  std::map<SendId, Unsettled> unsettled_;
  std::map<std::string, Failures> failures_;
  std::map<std::string, std::deque<std::pair<AttemptId, SteadyTime>>> failed_answers_;
  std::map<AttemptId, Counted> counted_;
  std::deque<VerdictRecord> verdicts_;
  std::map<std::string, int64_t> totp_steps_;
  std::map<std::string, BackupSet> backup_sets_;
  std::string sealing_key_id_;
  std::map<std::string, Enrolled> enrolled_;
  std::map<std::string, OpenPass> passes_;
  std::map<std::string, ProviderState> providers_;
  std::map<std::pair<std::string, std::string>, int64_t> counters_;
};

}  // namespace sms2fa
