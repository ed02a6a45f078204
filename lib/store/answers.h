// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/store/generation.h"
#include "lib/store/yearly_share.h"

namespace sms2fa {

// Whose a decoy's answers are, for no user's name is empty. To count them, or to look for their
// codes, costs and fails as it does for anybody, so that time tells no guesser who is on record;
// but they lock nobody and are never shown.
inline const std::string kDecoyUser;

using AttemptId = int64_t;

// Whose answer it is, and where it comes from.
struct Origin {
  std::string user;
  // A network address or terminal that nobody can name without being there; empty: a source that
  // never becomes familiar.
  std::string place = {};
  bool proven = false;  // a password or key came before
};

// nullopt: the series was locked at that moment; nothing was counted, nothing may be compared.
struct CountedAttempt {
  std::optional<AttemptId> id;
  Accepts accepts = Accepts::any_code;
  UserState state;                 // as it will stand if this attempt fails
  bool locks = false;              // this one brought the lock
  bool disables = false;           // or the disabling, of everybody or of strangers only
  bool spends = false;             // or the end of the year's share
  unsigned failures_last_day = 0;  // this one included
  Generation generation{};         // what the answer is judged by
};

struct NamedUserState {
  std::string user;
  UserState state;
};

struct SeriesState {
  Series series;
  unsigned wrong = 0;
  std::chrono::seconds locked_for{0};
  std::chrono::seconds last_right{0};  // so long ago, of a familiar source
};

// The part of a Store that counts answers. Thread-safe; each call is atomic, and durable when it
// returns. Any error means that the caller denies.
class AnswerStore {
 public:
  virtual ~AnswerStore() = default;

  virtual Result<UserState> state_of(const Origin& origin) = 0;

  // Before an answer is compared: counts it as a failure, with the lock or disabling that this
  // brings.
  virtual Result<CountedAttempt> count_attempt(const Origin& origin, int64_t chance,
                                               const LockRules& rules) = 0;
  // After the compare, once for each id. A right answer makes its source familiar. It ends the
  // series of a source that was familiar before; of the strangers' it takes back itself and
  // `before`, the wrong answers of the same connection, which the year forgets too. A disabling
  // that other answers brought about stays. Returns how many wrong answers of strangers the person
  // has not been told of, which counts as telling when the source was familiar before. An error on
  // a right answer means that the caller denies it: `outdated`, when what the user holds has
  // changed since it was counted. A wrong one was counted before and is durable as wrong already.
  virtual Result<unsigned> commit_outcome(AttemptId id, bool right,
                                          const std::vector<AttemptId>& before = {}) = 0;

  // Wrong answers of the last 24 hours, whatever right ones came between.
  virtual Result<unsigned> failures_last_day(const std::string& user) = 0;
  // Everybody with a failure since the last right answer, a lock or a disabling, by name; each with
  // the longest of the locks.
  virtual Result<std::vector<NamedUserState>> user_states() = 0;
  // Of one user: the strangers' first.
  virtual Result<std::vector<SeriesState>> series_of(const std::string& user) = 0;
  // Ends all locks, what is in a row and a disabling; and with `year` forgets what the year's wrong
  // answers were worth. Moves the generation on. False when there was nothing to end.
  virtual Result<bool> unlock(const std::string& user, bool year) = 0;
};

}  // namespace sms2fa
