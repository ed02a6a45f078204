// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/operations.h"
#include "lib/store/transaction.h"

// What OperationsStore promises, as operations on the tables of schema/4_operations.sql. Everything
// throws DatabaseFailure.
namespace sms2fa::operation_tables {

void issue_bypass(Transaction& transaction, const std::string& user, const std::string& parameters,
                  const std::string& hash, std::chrono::seconds lifetime);
std::optional<Bypass> bypass_of(Transaction& transaction, const std::string& user);
bool use_bypass(Transaction& transaction, const std::string& user, const std::string& hash);
void drop_expired(Transaction& transaction);

std::chrono::seconds time_left(Transaction& transaction, WallTime deadline);

void record_provider_state(Transaction& transaction, const ProviderState& state);
std::vector<ProviderState> provider_states(Transaction& transaction);

void add_to_counters(Transaction& transaction, const std::vector<Counter>& counters);
std::vector<Counter> counters(Transaction& transaction);

}  // namespace sms2fa::operation_tables
