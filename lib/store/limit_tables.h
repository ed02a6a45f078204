// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/state_file.h"
#include "lib/store/store.h"
#include "lib/store/transaction.h"

// What Store promises about messages and guesses, as operations on the tables of
// schema/1_limits.sql. Everything throws DatabaseFailure.
namespace sms2fa::limit_tables {

// A budget whose key has become 16 bytes of HMAC-SHA-256: the file names no number and no source.
struct HashedBudget {
  BudgetScope scope;
  std::array<unsigned char, 16> key;
  unsigned count;
  int64_t window_ms;
  bool only_looked_at;
};
HashedBudget hashed(const Budget& budget, const StoreKey& key);

SendDecision reserve_send(Transaction& transaction, const std::vector<HashedBudget>& budgets);
void settle_send(Transaction& transaction, SendId id, bool spent);

UserState state_of(Transaction& transaction, const std::string& user);
std::vector<NamedUserState> user_states(Transaction& transaction);
CountedAttempt count_attempt(Transaction& transaction, const std::string& user,
                             const LockRules& rules);
// False when there is no such attempt without an outcome.
bool accept_attempt(Transaction& transaction, AttemptId id);
void reject_attempt(Transaction& transaction, AttemptId id);
bool unlock(Transaction& transaction, const std::string& user);
unsigned failures_last_day(Transaction& transaction, const std::string& user);

// Drops what counts no longer. Looks at every row.
void drop_expired(Transaction& transaction);
// Drops the oldest beyond a bound of what strangers can cause. Looks at few.
void bound_floods(Transaction& transaction);

}  // namespace sms2fa::limit_tables
