// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// What a budget of messages is kept for.
enum class BudgetScope { number, user, source, host };

// At most `count` messages for `key` in any window of `window`.
struct Budget {
  BudgetScope scope;
  std::string key;
  unsigned count;
  std::chrono::seconds window;
};

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

// nullopt: the user was locked or disabled at that moment; nothing was counted, nothing may be compared.
struct CountedAttempt {
  std::optional<AttemptId> id;
  UserState state;  // as it will stand if this attempt fails
};

// What must survive: how many guesses, how many messages. Thread-safe; each call is atomic, and durable
// when it returns. Any error means that the caller denies.
class Store {
 public:
  virtual ~Store() = default;

  // Before a message leaves: takes one from every budget, or none from any.
  virtual Result<SendDecision> reserve_send(const std::vector<Budget>& budgets) = 0;
  // After the request has ended: gives the message back when it was certainly not sent. A reservation that is
  // never settled stays spent.
  virtual Result<void> settle_send(SendId id, bool spent) = 0;

  virtual Result<UserState> state_of(const std::string& user) = 0;

  // Before an answer is compared: counts it as a failure, with the lock or disabling that this brings.
  virtual Result<CountedAttempt> count_attempt(const std::string& user, const LockRules& rules) = 0;
  // After the compare. A right answer ends the series of failures and its lock; a disabling that other
  // attempts brought about stays. An error on a right answer means that the caller denies it.
  virtual Result<void> commit_outcome(AttemptId id, bool right) = 0;

  // A key, drawn once in the store's life, from which decoys derive what they show.
  virtual Result<std::array<unsigned char, 32>> decoy_key() = 0;
};

}  // namespace sms2fa
