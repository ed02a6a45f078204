// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/answers.h"
#include "lib/store/state_file.h"
#include "lib/store/transaction.h"

// What AnswerStore promises, as operations on the tables of schema/5_series.sql. Everything throws
// DatabaseFailure.
namespace sms2fa::answer_tables {

// An origin whose place has become 16 bytes of HMAC-SHA-256 that are the user's own: the file names
// no place, and does not tell that two people share one.
struct HashedOrigin {
  std::string user;
  std::array<unsigned char, 16> place;
  bool may_become_familiar;
  bool proven;
};
HashedOrigin hashed(const Origin& origin, const StoreKey& key);

UserState state_of(Transaction& transaction, const HashedOrigin& origin);
CountedAttempt count_attempt(Transaction& transaction, const HashedOrigin& origin, int64_t chance,
                             const LockRules& rules);
// nullopt when there is no such attempt without an outcome; else what the person is to be told.
std::optional<unsigned> accept_attempt(Transaction& transaction, AttemptId id,
                                       const std::vector<AttemptId>& before);
void reject_attempt(Transaction& transaction, AttemptId id);

// Disabled, or locked in the series that an enrolment's answers are counted in.
bool is_stopped(Transaction& transaction, const std::string& user);

unsigned failures_last_day(Transaction& transaction, const std::string& user);
std::vector<NamedUserState> user_states(Transaction& transaction);
std::vector<SeriesState> series_of(Transaction& transaction, const std::string& user);
bool unlock(Transaction& transaction, const std::string& user, bool year);

// Drops what counts no longer. Looks at every row.
void drop_expired(Transaction& transaction);
// Drops the oldest beyond a bound of what strangers can cause. Looks at few.
void bound_floods(Transaction& transaction);

}  // namespace sms2fa::answer_tables
