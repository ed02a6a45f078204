// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/store/enrolment.h"
#include "lib/store/operations.h"
#include "lib/store/verdict_record.h"

namespace sms2fa {

// What a budget of messages is kept for.
enum class BudgetScope { number, user, source, host };

// At most `count` messages for `key` in any window of `window`.
struct Budget {
  BudgetScope scope;
  std::string key;
  unsigned count;
  std::chrono::seconds window;
  bool only_looked_at = false;  // must have a message left, and keeps it
};

// Whose a decoy's answers are, for no user's name is empty. To count them, or to look for their
// codes, costs and fails as it does for anybody, so that time tells no guesser who is on record;
// but they lock nobody and are never shown.
inline const std::string kNobody;

using SendId = int64_t;
using AttemptId = int64_t;

// A reservation, or the budget that forbids it.
struct SendDecision {
  std::optional<SendId> reserved;
  BudgetScope exhausted = BudgetScope::host;
  std::chrono::seconds retry_in{0};
};

struct LockRules {
  unsigned failures_before_lock;
  std::chrono::seconds lock;
  unsigned failures_before_disable;
};

struct UserState {
  unsigned consecutive_failures = 0;
  std::chrono::seconds locked_for{0};  // 0: not locked
  bool disabled = false;
};

// nullopt: the user was locked or disabled at that moment; nothing was counted, nothing may be
// compared.
struct CountedAttempt {
  std::optional<AttemptId> id;
  UserState state;                 // as it will stand if this attempt fails
  unsigned failures_last_day = 0;  // this one included
};

struct NamedUserState {
  std::string user;
  UserState state;
};

// What a typed backup code is hashed with, and how many codes are left.
struct BackupCodes {
  std::string parameters;
  unsigned left;
};

// Everything a login has to know about somebody before it asks them anything.
struct UserRecord {
  UserState state;
  Enrolment enrolment;
  std::optional<BackupCodes> backup_codes;
  std::optional<Pass> pass;
};

// What must survive: how many guesses, how many messages, what is used up. Thread-safe; each call
// is atomic, and durable when it returns, unless it says "soon". Any error means that the caller
// denies.
class Store : public EnrolmentStore, public OperationsStore {
 public:
  // Before a message leaves: takes one from every budget, or none from any.
  virtual Result<SendDecision> reserve_send(const std::vector<Budget>& budgets) = 0;
  // After the request has ended: gives the message back when it was certainly not sent. A
  // reservation that is never settled stays spent, and settling one twice changes nothing. Durable
  // soon.
  virtual Result<void> settle_send(SendId id, bool spent) = 0;

  virtual Result<UserState> state_of(const std::string& user) = 0;

  // Before an answer is compared: counts it as a failure, with the lock or disabling that this
  // brings.
  virtual Result<CountedAttempt> count_attempt(const std::string& user, const LockRules& rules) = 0;
  // After the compare, once for each id. A right answer ends the series of failures and its lock; a
  // disabling that other attempts brought about stays. An error on a right answer means that the
  // caller denies it. A wrong one was counted before and is durable as wrong already.
  virtual Result<void> commit_outcome(AttemptId id, bool right) = 0;

  // A key, drawn once in the store's life, from which decoys derive what they show.
  virtual Result<std::array<unsigned char, 32>> decoy_key() = 0;

  // Wrong answers of the last 24 hours, whatever right ones came between.
  virtual Result<unsigned> failures_last_day(const std::string& user);
  // Everybody with a failure since the last right answer, by name.
  virtual Result<std::vector<NamedUserState>> user_states();
  // Ends the series of failures, its lock and its disabling. False when there was nothing to end.
  virtual Result<bool> unlock(const std::string& user);

  // Durable soon.
  virtual Result<void> record_verdict(const VerdictRecord& record);
  // The newest first, at most `limit`, of everybody or of one user.
  virtual Result<std::vector<VerdictRecord>> recent_verdicts(const std::optional<std::string>& user,
                                                             size_t limit);

  // True once for a step (RFC 6238's T) that is later than every step this user has used.
  virtual Result<bool> use_totp_step(const std::string& user, int64_t step);

  // Puts these in the place of the user's backup codes; none: the user has none any more. The
  // hashes differ from each other.
  virtual Result<void> replace_backup_codes(const std::string& user, const std::string& parameters,
                                            const std::vector<std::string>& hashes);
  // nullopt: the user has none, used or unused.
  virtual Result<std::optional<BackupCodes>> backup_codes(const std::string& user);
  // True once for each of the user's codes.
  virtual Result<bool> use_backup_code(const std::string& user, const std::string& hash);
  // What each part says by itself; in one look where looks are dear.
  virtual Result<UserRecord> record_of(const std::string& user);
};

}  // namespace sms2fa
