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
#include "lib/store/answers.h"
#include "lib/store/enrolment.h"
#include "lib/store/operations.h"
#include "lib/store/verdict_record.h"

namespace sms2fa {

// What a rate limit of messages is kept for.
enum class RateLimitScope { number, user, source, host, host_day };

// At most `count` messages for `key` in any window of `window`.
struct RateLimit {
  RateLimitScope scope;
  std::string key;
  unsigned count;
  std::chrono::seconds window;
  bool only_looked_at = false;  // must have a message left, and keeps it
  bool is_share = false;        // a part of another rate limit, for some only
};

using SendId = int64_t;

// A reservation, or the rate limit that forbids it.
struct SendDecision {
  std::optional<SendId> reserved;
  RateLimitScope exhausted = RateLimitScope::host;
  std::chrono::seconds retry_in{0};
  bool is_share = false;  // of the exhausted rate limit
};

// How a rate limit stands: messages left, and how long until there is one when none is.
struct RateLimitState {
  unsigned left = 0;
  std::chrono::seconds next_in{0};
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
  std::optional<Bypass> bypass;
  Generation generation{};
};

// What must survive: how many guesses, how many messages, what is used up. Thread-safe; each call
// is atomic, and durable when it returns, unless it says "soon". Any error means that the caller
// denies.
class Store : public AnswerStore, public EnrolmentStore, public OperationsStore {
 public:
  // Before a message leaves: takes one from every rate limit, or none from any.
  virtual Result<SendDecision> reserve_send(const std::vector<RateLimit>& rate_limits) = 0;
  // After the request has ended: gives the message back when it was certainly not sent. A
  // reservation that is never settled stays spent, and settling one twice changes nothing. Durable
  // soon.
  virtual Result<void> settle_send(SendId id, bool spent) = 0;

  // How each stands, in their order. Takes nothing.
  virtual Result<std::vector<RateLimitState>> rate_limit_states(
      const std::vector<RateLimit>& rate_limits) = 0;
  // Forgets what was taken from these. False when nothing was.
  virtual Result<bool> refill_rate_limits(const std::vector<RateLimit>& rate_limits) = 0;

  // A key, drawn once in the store's life, from which decoys derive what they show.
  virtual Result<std::array<unsigned char, 32>> decoy_key() = 0;

  // Durable soon.
  virtual Result<void> record_verdict(const VerdictRecord& record) = 0;
  // The newest first, at most `limit`, of everybody or of one user.
  virtual Result<std::vector<VerdictRecord>> recent_verdicts(const std::optional<std::string>& user,
                                                             size_t limit) = 0;

  // True once for a step (RFC 6238's T) that is later than every step this user has used.
  virtual Result<bool> use_totp_step(const std::string& user, int64_t step) = 0;

  // nullopt: the user has none, used or unused.
  virtual Result<std::optional<BackupCodes>> backup_codes(const std::string& user) = 0;
  // True once for each of the user's codes.
  virtual Result<bool> use_backup_code(const std::string& user, const std::string& hash) = 0;
  // What the other calls say, one by one, at one moment.
  virtual Result<UserRecord> record_of(const Origin& origin) = 0;
};

// record_of() for a store that has no better way than to make the calls.
Result<UserRecord> record_by_parts(Store& store, const Origin& origin);

}  // namespace sms2fa
