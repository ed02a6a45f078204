// SPDX-License-Identifier: Apache-2.0
#include "lib/store/limit_tables.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <new>

namespace sms2fa::limit_tables {

namespace {

// Messages that were only pretended: anybody can cause those. Real ones are bounded by the host's
// rate limit.
constexpr int64_t kMostPretended = 20'000;

std::chrono::seconds seconds_until(int64_t then_ms, int64_t now_ms) {
  return std::chrono::ceil<std::chrono::seconds>(
      Milliseconds(std::max<int64_t>(0, then_ms - now_ms)));
}

// Whether the rate limit has a message left for sure, without looking at all that was taken from
// it: ids rise, so no more than these can have been.
bool surely_has_room(Transaction& transaction, const HashedRateLimit& rate_limit) {
  Database& database = transaction.database();
  auto oldest = database.query(
      "SELECT send FROM spent WHERE scope = ? AND key = ? AND at_ms > ?"
      " ORDER BY at_ms, send LIMIT 1",
      {static_cast<int64_t>(rate_limit.scope), Blob(rate_limit.key),
       transaction.now_ms() - rate_limit.window_ms});
  if (!oldest.next()) return true;
  return database.integer("SELECT max(id) FROM sends") - oldest.integer(0) + 1 < rate_limit.count;
}

// How long the rate limit has no message left; 0 when it has one.
std::chrono::seconds exhausted_for(Transaction& transaction, const HashedRateLimit& rate_limit) {
  if (rate_limit.count == 0) return seconds_until(rate_limit.window_ms, 0);
  if (surely_has_room(transaction, rate_limit)) return std::chrono::seconds(0);
  const int64_t now = transaction.now_ms();
  auto blocking = transaction.database().query(
      "SELECT at_ms FROM spent WHERE scope = ? AND key = ? AND at_ms > ?"
      " ORDER BY at_ms DESC, send DESC LIMIT 1 OFFSET ?",
      {static_cast<int64_t>(rate_limit.scope), Blob(rate_limit.key), now - rate_limit.window_ms,
       int64_t{rate_limit.count} - 1});
  return blocking.next() ? seconds_until(blocking.integer(0) + rate_limit.window_ms, now)
                         : std::chrono::seconds(0);
}

}  // namespace

std::array<unsigned char, 16> keyed_hash(const StoreKey& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  // Without a digest everybody would share one rate limit.
  if (made == nullptr) throw std::bad_alloc();
  std::array<unsigned char, 16> hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

HashedRateLimit hashed(const RateLimit& rate_limit, const StoreKey& key) {
  return {rate_limit.scope,          keyed_hash(key, rate_limit.key),
          rate_limit.count,          Milliseconds(rate_limit.window).count(),
          rate_limit.only_looked_at, rate_limit.is_share};
}

SendDecision reserve_send(Transaction& transaction,
                          const std::vector<HashedRateLimit>& rate_limits) {
  Database& database = transaction.database();
  int64_t longest_ms = 0;
  bool pretended = true;
  for (const HashedRateLimit& rate_limit : rate_limits) {
    if (const auto wait = exhausted_for(transaction, rate_limit); wait.count() > 0)
      return {std::nullopt, rate_limit.scope, wait, rate_limit.is_share};
    if (rate_limit.only_looked_at) continue;
    longest_ms = std::max(longest_ms, rate_limit.window_ms);
    if (rate_limit.scope == RateLimitScope::host) pretended = false;
  }
  database.run("INSERT INTO sends (expires_ms, pretended) VALUES (?, ?)",
               {transaction.now_ms() + longest_ms, int64_t{pretended}});
  const SendId id = database.last_insert_id();
  for (const HashedRateLimit& rate_limit : rate_limits) {
    if (rate_limit.only_looked_at) continue;
    database.run(
        "INSERT OR IGNORE INTO spent (scope, key, at_ms, send) VALUES (?, ?, ?, ?)",
        {static_cast<int64_t>(rate_limit.scope), Blob(rate_limit.key), transaction.now_ms(), id});
  }
  return {.reserved = id};
}

void settle_send(Transaction& transaction, SendId id, bool spent) {
  Database& database = transaction.database();
  if (spent) {
    database.run("UPDATE sends SET settled = 1 WHERE id = ?", {id});
  } else {
    database.run("DELETE FROM sends WHERE id = ? AND settled = 0", {id});
  }
}

std::vector<RateLimitState> rate_limit_states(Transaction& transaction,
                                              const std::vector<HashedRateLimit>& rate_limits) {
  std::vector<RateLimitState> states;
  for (const HashedRateLimit& rate_limit : rate_limits) {
    auto taken = transaction.database().query(
        "SELECT count(*) FROM spent WHERE scope = ? AND key = ? AND at_ms > ?",
        {static_cast<int64_t>(rate_limit.scope), Blob(rate_limit.key),
         transaction.now_ms() - rate_limit.window_ms});
    const int64_t count = taken.next() ? taken.integer(0) : 0;
    states.push_back({static_cast<unsigned>(std::max<int64_t>(0, rate_limit.count - count)),
                      exhausted_for(transaction, rate_limit)});
  }
  return states;
}

bool refill(Transaction& transaction, const std::vector<HashedRateLimit>& rate_limits) {
  Database& database = transaction.database();
  const int64_t before = database.total_changes();
  for (const HashedRateLimit& rate_limit : rate_limits)
    database.run("DELETE FROM spent WHERE scope = ? AND key = ?",
                 {static_cast<int64_t>(rate_limit.scope), Blob(rate_limit.key)});
  return database.total_changes() > before;
}

void drop_expired(Transaction& transaction) {
  Database& database = transaction.database();
  database.run("DELETE FROM sends WHERE expires_ms <= ?", {transaction.now_ms()});
}

void bound_floods(Transaction& transaction) {
  Database& database = transaction.database();
  database.run(
      "DELETE FROM sends WHERE pretended = 1 AND id <="
      " (SELECT id FROM sends WHERE pretended = 1 ORDER BY id DESC LIMIT 1 OFFSET ?)",
      {kMostPretended});
}

}  // namespace sms2fa::limit_tables
