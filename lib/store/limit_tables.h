// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lib/store/state_file.h"
#include "lib/store/store.h"
#include "lib/store/transaction.h"

// What Store promises about messages, as operations on the tables of
// schema/1_limits.sql. Everything throws DatabaseFailure.
namespace sms2fa::limit_tables {

// 16 bytes of HMAC-SHA-256. Throws std::bad_alloc.
std::array<unsigned char, 16> keyed_hash(const StoreKey& key, std::string_view text);

// A rate limit whose key has become 16 bytes of HMAC-SHA-256: the file names no number and no
// source.
struct HashedRateLimit {
  RateLimitScope scope;
  std::array<unsigned char, 16> key;
  unsigned count;
  int64_t window_ms;
  bool only_looked_at;
  bool is_share;
};
HashedRateLimit hashed(const RateLimit& rate_limit, const StoreKey& key);

SendDecision reserve_send(Transaction& transaction,
                          const std::vector<HashedRateLimit>& rate_limits);
void settle_send(Transaction& transaction, SendId id, bool spent);
std::vector<RateLimitState> rate_limit_states(Transaction& transaction,
                                              const std::vector<HashedRateLimit>& rate_limits);
bool refill(Transaction& transaction, const std::vector<HashedRateLimit>& rate_limits);

// Drops what counts no longer. Looks at every row.
void drop_expired(Transaction& transaction);
// Drops the oldest beyond a bound of what strangers can cause. Looks at few.
void bound_floods(Transaction& transaction);

}  // namespace sms2fa::limit_tables
