// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/store/generation.h"
#include "lib/store/store.h"
#include "lib/store/transaction.h"

// Generations, as operations on the tables of schema/*_generations.sql. Everything throws
// DatabaseFailure.
namespace sms2fa::generation_tables {

Generation generation_of(Transaction& transaction, const std::string& user);
bool holds(Transaction& transaction, const std::string& user, const Proof& proof);
void move_on(Transaction& transaction, const std::string& user, const Generation& next);

// An answer is right only for what its user held when it was counted.
void bind_attempt(Transaction& transaction, AttemptId id, const Generation& generation);
bool attempt_is_outdated(Transaction& transaction, AttemptId id);

}  // namespace sms2fa::generation_tables
