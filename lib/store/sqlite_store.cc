// SPDX-License-Identifier: Apache-2.0
#include "lib/store/sqlite_store.h"

#include <optional>
#include <utility>

#include "lib/store/enrolment_tables.h"
#include "lib/store/limit_tables.h"
#include "lib/store/operation_tables.h"
#include "lib/store/record_tables.h"

namespace sms2fa {

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Missing missing,
                                                       Random& random, const TimeSource& time,
                                                       Options options) {
  auto state = open_state(path, missing, options.patience, random, time);
  if (!state) return state.error();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*state), options, random, time));
}

SqliteStore::SqliteStore(StateFile state, Options options, Random& random, const TimeSource& time)
    : decoy_key_(state.decoy_key),
      budget_key_(state.budget_key),
      writer_(std::move(state), options, random, time),
      commits_([this](GroupCommit::Jobs& batch) { return writer_.commit(batch); }) {}

template <typename Operation>
auto SqliteStore::committed(Operation operation)
    -> Result<std::invoke_result_t<Operation, Transaction&>> {
  std::optional<std::invoke_result_t<Operation, Transaction&>> value;
  const auto done =
      commits_.perform([&](Transaction& transaction) { value.emplace(operation(transaction)); });
  if (!done) return done.error();
  return std::move(*value);
}

Result<SendDecision> SqliteStore::reserve_send(const std::vector<Budget>& budgets) {
  std::vector<limit_tables::HashedBudget> hashed;
  for (const Budget& budget : budgets) hashed.push_back(limit_tables::hashed(budget, budget_key_));
  return committed([&](Transaction& t) { return limit_tables::reserve_send(t, hashed); });
}

// Lost, it leaves the message spent: that is the safe side, so nobody waits for it.
Result<void> SqliteStore::settle_send(SendId id, bool spent) {
  commits_.perform_soon([id, spent](Transaction& t) { limit_tables::settle_send(t, id, spent); });
  return {};
}

Result<UserState> SqliteStore::state_of(const std::string& user) {
  return committed([&](Transaction& t) { return limit_tables::state_of(t, user); });
}

Result<CountedAttempt> SqliteStore::count_attempt(const std::string& user, const LockRules& rules) {
  return committed([&](Transaction& t) { return limit_tables::count_attempt(t, user, rules); });
}

Result<void> SqliteStore::commit_outcome(AttemptId id, bool right) {
  if (!right) {
    commits_.perform_soon([id](Transaction& t) { limit_tables::reject_attempt(t, id); });
    return {};
  }
  const auto accepted =
      committed([id](Transaction& t) { return limit_tables::accept_attempt(t, id); });
  if (!accepted) return accepted.error();
  if (!*accepted)
    return make_error(ErrorKind::internal, "an outcome of an attempt that was not counted");
  return {};
}

Result<unsigned> SqliteStore::failures_last_day(const std::string& user) {
  return committed([&](Transaction& t) { return limit_tables::failures_last_day(t, user); });
}

Result<std::vector<NamedUserState>> SqliteStore::user_states() {
  return committed(limit_tables::user_states);
}

Result<bool> SqliteStore::unlock(const std::string& user) {
  return committed([&](Transaction& t) { return limit_tables::unlock(t, user); });
}

Result<void> SqliteStore::record_verdict(const VerdictRecord& record) {
  commits_.perform_soon([record](Transaction& t) { record_tables::record_verdict(t, record); });
  return {};
}

Result<std::vector<VerdictRecord>> SqliteStore::recent_verdicts(
    const std::optional<std::string>& user, size_t limit) {
  return committed([&](Transaction& t) { return record_tables::recent_verdicts(t, user, limit); });
}

Result<bool> SqliteStore::use_totp_step(const std::string& user, int64_t step) {
  return committed([&](Transaction& t) { return record_tables::use_totp_step(t, user, step); });
}

Result<void> SqliteStore::replace_backup_codes(const std::string& user,
                                               const std::string& parameters,
                                               const std::vector<std::string>& hashes) {
  return commits_.perform(
      [&](Transaction& t) { record_tables::replace_backup_codes(t, user, parameters, hashes); });
}

Result<std::optional<BackupCodes>> SqliteStore::backup_codes(const std::string& user) {
  return committed([&](Transaction& t) { return record_tables::backup_codes(t, user); });
}

Result<bool> SqliteStore::use_backup_code(const std::string& user, const std::string& hash) {
  return committed([&](Transaction& t) { return record_tables::use_backup_code(t, user, hash); });
}

// One look for the four: each would wait for a batch of its own.
Result<UserRecord> SqliteStore::record_of(const std::string& user) {
  return committed([&](Transaction& t) {
    return UserRecord{limit_tables::state_of(t, user), enrolment_tables::enrolment_of(t, user),
                      record_tables::backup_codes(t, user), operation_tables::pass_of(t, user)};
  });
}

Result<Enrolment> SqliteStore::enrolment_of(const std::string& user) {
  return committed([&](Transaction& t) { return enrolment_tables::enrolment_of(t, user); });
}

Result<std::vector<std::string>> SqliteStore::enrolled_users() {
  return committed(enrolment_tables::enrolled_users);
}

Result<void> SqliteStore::set_number(const std::string& user, const std::string& sealed) {
  return put_outcome(
      committed([&](Transaction& t) { return enrolment_tables::set_number(t, user, sealed); }));
}

Result<void> SqliteStore::plan_number(const std::string& user, const std::string& sealed,
                                      std::chrono::seconds wait) {
  return put_outcome(committed(
      [&](Transaction& t) { return enrolment_tables::plan_number(t, user, sealed, wait); }));
}

Result<void> SqliteStore::put_app(const std::string& user, const EnrolledApp& app) {
  return put_outcome(
      committed([&](Transaction& t) { return enrolment_tables::put_app(t, user, app); }));
}

Result<bool> SqliteStore::remove_enrolment(const std::string& user) {
  return committed([&](Transaction& t) { return enrolment_tables::remove_enrolment(t, user); });
}

Result<size_t> SqliteStore::reseal(const std::string& key_id, const Reseal& reseal) {
  const auto done =
      committed([&](Transaction& t) { return enrolment_tables::reseal(t, key_id, reseal); });
  if (!done) return done.error();
  if (!*done) return make_error(ErrorKind::refused, "not everything could be sealed anew");
  return **done;
}

Result<void> SqliteStore::issue_pass(const std::string& user, const std::string& parameters,
                                     const std::string& hash, std::chrono::seconds lifetime) {
  return commits_.perform(
      [&](Transaction& t) { operation_tables::issue_pass(t, user, parameters, hash, lifetime); });
}

Result<std::optional<Pass>> SqliteStore::pass_of(const std::string& user) {
  return committed([&](Transaction& t) { return operation_tables::pass_of(t, user); });
}

Result<bool> SqliteStore::use_pass(const std::string& user, const std::string& hash) {
  return committed([&](Transaction& t) { return operation_tables::use_pass(t, user, hash); });
}

Result<void> SqliteStore::record_provider_state(const ProviderState& state) {
  commits_.perform_soon(
      [state](Transaction& t) { operation_tables::record_provider_state(t, state); });
  return {};
}

Result<std::vector<ProviderState>> SqliteStore::provider_states() {
  return committed(operation_tables::provider_states);
}

Result<void> SqliteStore::add_to_counters(const std::vector<Counter>& counters) {
  commits_.perform_soon(
      [counters](Transaction& t) { operation_tables::add_to_counters(t, counters); });
  return {};
}

Result<std::vector<Counter>> SqliteStore::counters() {
  return committed(operation_tables::counters);
}

}  // namespace sms2fa
