// SPDX-License-Identifier: Apache-2.0
#include "lib/store/sqlite_store.h"

#include <optional>
#include <utility>

#include "lib/store/answer_tables.h"
#include "lib/store/enrolment_tables.h"
#include "lib/store/generation_tables.h"
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
    : random_(random),
      decoy_key_(state.decoy_key),
      rate_limit_key_(state.rate_limit_key),
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

template <typename Change>
Result<Generation> SqliteStore::changed(const std::string& user, const Proof& proof,
                                        Change change) {
  Generation next{};
  if (auto drawn = random_.fill(next); !drawn) return drawn.error();
  return put_outcome(committed([&](Transaction& t) {
                       if (!generation_tables::holds(t, user, proof)) return PutStatus::outdated;
                       enrolment_tables::settle_plan(t, user);
                       const PutStatus status = change(t);
                       if (status == PutStatus::done) generation_tables::move_on(t, user, next);
                       if (status == PutStatus::done) enrolment_tables::use_up_invitation(t, user);
                       return status;
                     }),
                     next);
}

template <typename Operation>
auto SqliteStore::behind_records(Operation operation)
    -> Result<std::invoke_result_t<Operation, Transaction&>> {
  std::optional<std::invoke_result_t<Operation, Transaction&>> value;
  const auto done = commits_.perform_behind_records(
      [&](Transaction& transaction) { value.emplace(operation(transaction)); });
  if (!done) return done.error();
  return std::move(*value);
}

std::vector<Counter> SqliteStore::take_counters() {
  const MutexLock lock(counters_mutex_);
  std::vector<Counter> taken;
  for (const auto& [name, value] : counters_) taken.push_back({name.first, name.second, value});
  counters_.clear();
  const uint64_t dropped = commits_.dropped();
  if (dropped > told_dropped_)
    taken.push_back({kRecordsDropped, "", static_cast<int64_t>(dropped - told_dropped_)});
  told_dropped_ = dropped;
  return taken;
}

std::vector<limit_tables::HashedRateLimit> SqliteStore::hashed(
    const std::vector<RateLimit>& rate_limits) const {
  std::vector<limit_tables::HashedRateLimit> hashed;
  for (const RateLimit& rate_limit : rate_limits)
    hashed.push_back(limit_tables::hashed(rate_limit, rate_limit_key_));
  return hashed;
}

Result<SendDecision> SqliteStore::reserve_send(const std::vector<RateLimit>& rate_limits) {
  const auto keyed = hashed(rate_limits);
  return committed([&](Transaction& t) { return limit_tables::reserve_send(t, keyed); });
}

Result<std::vector<RateLimitState>> SqliteStore::rate_limit_states(
    const std::vector<RateLimit>& rate_limits) {
  const auto keyed = hashed(rate_limits);
  return committed([&](Transaction& t) { return limit_tables::rate_limit_states(t, keyed); });
}

Result<bool> SqliteStore::refill_rate_limits(const std::vector<RateLimit>& rate_limits) {
  const auto keyed = hashed(rate_limits);
  return committed([&](Transaction& t) { return limit_tables::refill(t, keyed); });
}

// Lost, it leaves the message spent: that is the safe side, so nobody waits for it.
Result<void> SqliteStore::settle_send(SendId id, bool spent) {
  commits_.perform_soon([id, spent](Transaction& t) { limit_tables::settle_send(t, id, spent); });
  return {};
}

Result<UserState> SqliteStore::state_of(const Origin& origin) {
  const auto hashed = answer_tables::hashed(origin, rate_limit_key_);
  return committed([&](Transaction& t) { return answer_tables::state_of(t, hashed); });
}

Result<CountedAttempt> SqliteStore::count_attempt(const Origin& origin, int64_t chance,
                                                  const LockRules& rules) {
  const auto hashed = answer_tables::hashed(origin, rate_limit_key_);
  return committed([&](Transaction& t) {
    CountedAttempt counted = answer_tables::count_attempt(t, hashed, chance, rules);
    counted.generation = generation_tables::generation_of(t, origin.user);
    generation_tables::bind_attempt(t, counted.id.value_or(0), counted.generation);
    return counted;
  });
}

Result<unsigned> SqliteStore::commit_outcome(AttemptId id, bool right,
                                             const std::vector<AttemptId>& before) {
  if (!right) {
    commits_.perform_soon([id](Transaction& t) { answer_tables::reject_attempt(t, id); });
    return 0u;
  }
  bool outdated = false;
  const auto accepted = committed([&](Transaction& t) {
    outdated = generation_tables::attempt_is_outdated(t, id);
    return outdated ? std::nullopt : answer_tables::accept_attempt(t, id, before);
  });
  if (!accepted) return accepted.error();
  if (outdated) return put_outcome(PutStatus::outdated, {}).error();
  if (!*accepted)
    return make_error(ErrorKind::internal, "an outcome of an attempt that was not counted");
  return **accepted;
}

Result<unsigned> SqliteStore::failures_last_day(const std::string& user) {
  return committed([&](Transaction& t) { return answer_tables::failures_last_day(t, user); });
}

Result<std::vector<NamedUserState>> SqliteStore::user_states() {
  return committed(answer_tables::user_states);
}

Result<std::vector<SeriesState>> SqliteStore::series_of(const std::string& user) {
  return committed([&](Transaction& t) { return answer_tables::series_of(t, user); });
}

Result<bool> SqliteStore::unlock(const std::string& user, bool year) {
  Generation next{};
  if (auto drawn = random_.fill(next); !drawn) return drawn.error();
  return committed([&](Transaction& t) {
    generation_tables::move_on(t, user, next);
    return answer_tables::unlock(t, user, year);
  });
}

Result<void> SqliteStore::record_verdict(const VerdictRecord& record) {
  // Takes the counters along, in case theirs was dropped.
  commits_.record([this, record](Transaction& t) {
    operation_tables::add_to_counters(t, take_counters());
    record_tables::record_verdict(t, record);
  });
  return {};
}

Result<std::vector<VerdictRecord>> SqliteStore::recent_verdicts(
    const std::optional<std::string>& user, size_t limit) {
  return behind_records(
      [&](Transaction& t) { return record_tables::recent_verdicts(t, user, limit); });
}

Result<bool> SqliteStore::use_totp_step(const std::string& user, int64_t step) {
  return committed([&](Transaction& t) { return record_tables::use_totp_step(t, user, step); });
}

Result<Generation> SqliteStore::replace_backup_codes(const std::string& user,
                                                     const std::string& parameters,
                                                     const std::vector<std::string>& hashes,
                                                     const Proof& proof) {
  return changed(user, proof, [&](Transaction& t) {
    record_tables::replace_backup_codes(t, user, parameters, hashes);
    return PutStatus::done;
  });
}

Result<std::optional<BackupCodes>> SqliteStore::backup_codes(const std::string& user) {
  return committed([&](Transaction& t) { return record_tables::backup_codes(t, user); });
}

Result<bool> SqliteStore::use_backup_code(const std::string& user, const std::string& hash) {
  return committed([&](Transaction& t) { return record_tables::use_backup_code(t, user, hash); });
}

// One look for all of it: each would wait for a batch of its own.
Result<UserRecord> SqliteStore::record_of(const Origin& origin) {
  const auto hashed = answer_tables::hashed(origin, rate_limit_key_);
  const std::string& user = origin.user;
  return committed([&](Transaction& t) {
    return UserRecord{answer_tables::state_of(t, hashed), enrolment_tables::enrolment_of(t, user),
                      record_tables::backup_codes(t, user), operation_tables::bypass_of(t, user),
                      generation_tables::generation_of(t, user)};
  });
}

Result<Enrolment> SqliteStore::enrolment_of(const std::string& user) {
  return committed([&](Transaction& t) { return enrolment_tables::enrolment_of(t, user); });
}

Result<std::vector<std::string>> SqliteStore::enrolled_users() {
  return committed(enrolment_tables::enrolled_users);
}

Result<Generation> SqliteStore::generation_of(const std::string& user) {
  return committed([&](Transaction& t) { return generation_tables::generation_of(t, user); });
}

Result<Generation> SqliteStore::set_number(const std::string& user, const std::string& sealed,
                                           const Proof& proof) {
  return changed(user, proof,
                 [&](Transaction& t) { return enrolment_tables::set_number(t, user, sealed); });
}

Result<Generation> SqliteStore::plan_number(const std::string& user, const std::string& sealed,
                                            std::chrono::seconds wait, const Proof& proof) {
  return changed(user, proof, [&](Transaction& t) {
    return enrolment_tables::plan_number(t, user, sealed, wait);
  });
}

Result<Generation> SqliteStore::put_app(const std::string& user, const EnrolledApp& app,
                                        const Proof& proof) {
  return changed(user, proof,
                 [&](Transaction& t) { return enrolment_tables::put_app(t, user, app); });
}

Result<bool> SqliteStore::remove_enrolment(const std::string& user) {
  bool removed = false;
  const auto done = changed(user, {}, [&](Transaction& t) {
    removed = enrolment_tables::remove_enrolment(t, user);
    return PutStatus::done;
  });
  if (!done) return done.error();
  return removed;
}

Result<void> SqliteStore::invite(const std::string& user, const std::string& parameters,
                                 const std::string& hash, std::chrono::seconds lifetime) {
  return commits_.perform(
      [&](Transaction& t) { enrolment_tables::invite(t, user, parameters, hash, lifetime); });
}

Result<std::optional<Invitation>> SqliteStore::invitation_of(const std::string& user) {
  return committed([&](Transaction& t) { return enrolment_tables::invitation_of(t, user); });
}

Result<bool> SqliteStore::is_invited(const std::string& user, const std::string& hash) {
  return committed([&](Transaction& t) { return enrolment_tables::is_invited(t, user, hash); });
}

Result<size_t> SqliteStore::reseal(const std::string& key_id, const Reseal& reseal) {
  const auto done =
      committed([&](Transaction& t) { return enrolment_tables::reseal(t, key_id, reseal); });
  if (!done) return done.error();
  if (!*done) return make_error(ErrorKind::refused, "not everything could be sealed anew");
  return **done;
}

Result<void> SqliteStore::issue_bypass(const std::string& user, const std::string& parameters,
                                       const std::string& hash, std::chrono::seconds lifetime) {
  return commits_.perform(
      [&](Transaction& t) { operation_tables::issue_bypass(t, user, parameters, hash, lifetime); });
}

Result<std::optional<Bypass>> SqliteStore::bypass_of(const std::string& user) {
  return committed([&](Transaction& t) { return operation_tables::bypass_of(t, user); });
}

Result<bool> SqliteStore::use_bypass(const std::string& user, const std::string& hash) {
  return committed([&](Transaction& t) { return operation_tables::use_bypass(t, user, hash); });
}

Result<std::chrono::seconds> SqliteStore::time_left(WallTime deadline) {
  return committed([&](Transaction& t) { return operation_tables::time_left(t, deadline); });
}

Result<void> SqliteStore::record_provider_state(const ProviderState& state) {
  commits_.record([state](Transaction& t) { operation_tables::record_provider_state(t, state); });
  return {};
}

Result<std::vector<ProviderState>> SqliteStore::provider_states() {
  return behind_records(operation_tables::provider_states);
}

Result<void> SqliteStore::add_to_counters(const std::vector<Counter>& counters) {
  {
    const MutexLock lock(counters_mutex_);
    const bool is_waiting = !counters_.empty();
    for (const Counter& counter : counters)
      counters_[{counter.name, counter.labels}] += counter.value;
    if (is_waiting) return {};
  }
  commits_.record(
      [this](Transaction& t) { operation_tables::add_to_counters(t, take_counters()); });
  return {};
}

Result<std::vector<Counter>> SqliteStore::counters() {
  return behind_records(operation_tables::counters);
}

}  // namespace sms2fa
