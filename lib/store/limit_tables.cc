// SPDX-License-Identifier: Apache-2.0
#include "lib/store/limit_tables.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <new>

namespace sms2fa::limit_tables {

namespace {

// Messages that were only pretended: anybody can cause those. Real ones are bounded by the host's
// budget.
constexpr int64_t kMostPretended = 20'000;

std::chrono::seconds seconds_until(int64_t then_ms, int64_t now_ms) {
  return std::chrono::ceil<std::chrono::seconds>(
      Milliseconds(std::max<int64_t>(0, then_ms - now_ms)));
}

// Whether the budget has a message left for sure, without looking at all that was taken from it:
// ids rise, so no more than these can have been.
bool surely_has_room(Transaction& transaction, const HashedBudget& budget) {
  Database& database = transaction.database();
  auto oldest = database.query(
      "SELECT send FROM spent WHERE scope = ? AND key = ? AND at_ms > ?"
      " ORDER BY at_ms, send LIMIT 1",
      {static_cast<int64_t>(budget.scope), Blob(budget.key),
       transaction.now_ms() - budget.window_ms});
  if (!oldest.next()) return true;
  return database.integer("SELECT max(id) FROM sends") - oldest.integer(0) + 1 < budget.count;
}

// How long the budget has no message left; 0 when it has one.
std::chrono::seconds exhausted_for(Transaction& transaction, const HashedBudget& budget) {
  if (budget.count == 0) return seconds_until(budget.window_ms, 0);
  if (surely_has_room(transaction, budget)) return std::chrono::seconds(0);
  const int64_t now = transaction.now_ms();
  auto blocking = transaction.database().query(
      "SELECT at_ms FROM spent WHERE scope = ? AND key = ? AND at_ms > ?"
      " ORDER BY at_ms DESC, send DESC LIMIT 1 OFFSET ?",
      {static_cast<int64_t>(budget.scope), Blob(budget.key), now - budget.window_ms,
       int64_t{budget.count} - 1});
  return blocking.next() ? seconds_until(blocking.integer(0) + budget.window_ms, now)
                         : std::chrono::seconds(0);
}

}  // namespace

std::array<unsigned char, 16> keyed_hash(const StoreKey& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  // Without a digest everybody would share one budget.
  if (made == nullptr) throw std::bad_alloc();
  std::array<unsigned char, 16> hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

HashedBudget hashed(const Budget& budget, const StoreKey& key) {
  return {budget.scope,          keyed_hash(key, budget.key),
          budget.count,          Milliseconds(budget.window).count(),
          budget.only_looked_at, budget.is_share};
}

SendDecision reserve_send(Transaction& transaction, const std::vector<HashedBudget>& budgets) {
  Database& database = transaction.database();
  int64_t longest_ms = 0;
  bool pretended = true;
  for (const HashedBudget& budget : budgets) {
    if (const auto wait = exhausted_for(transaction, budget); wait.count() > 0)
      return {std::nullopt, budget.scope, wait, budget.is_share};
    if (budget.only_looked_at) continue;
    longest_ms = std::max(longest_ms, budget.window_ms);
    if (budget.scope == BudgetScope::host) pretended = false;
  }
  database.run("INSERT INTO sends (expires_ms, pretended) VALUES (?, ?)",
               {transaction.now_ms() + longest_ms, int64_t{pretended}});
  const SendId id = database.last_insert_id();
  for (const HashedBudget& budget : budgets) {
    if (budget.only_looked_at) continue;
    database.run("INSERT OR IGNORE INTO spent (scope, key, at_ms, send) VALUES (?, ?, ?, ?)",
                 {static_cast<int64_t>(budget.scope), Blob(budget.key), transaction.now_ms(), id});
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

std::vector<BudgetState> budget_states(Transaction& transaction,
                                       const std::vector<HashedBudget>& budgets) {
  std::vector<BudgetState> states;
  for (const HashedBudget& budget : budgets) {
    auto taken = transaction.database().query(
        "SELECT count(*) FROM spent WHERE scope = ? AND key = ? AND at_ms > ?",
        {static_cast<int64_t>(budget.scope), Blob(budget.key),
         transaction.now_ms() - budget.window_ms});
    const int64_t count = taken.next() ? taken.integer(0) : 0;
    states.push_back({static_cast<unsigned>(std::max<int64_t>(0, budget.count - count)),
                      exhausted_for(transaction, budget)});
  }
  return states;
}

bool refill(Transaction& transaction, const std::vector<HashedBudget>& budgets) {
  Database& database = transaction.database();
  const int64_t before = database.total_changes();
  for (const HashedBudget& budget : budgets)
    database.run("DELETE FROM spent WHERE scope = ? AND key = ?",
                 {static_cast<int64_t>(budget.scope), Blob(budget.key)});
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
