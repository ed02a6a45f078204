// SPDX-License-Identifier: Apache-2.0
#include "lib/store/limit_tables.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <new>

namespace sms2fa::limit_tables {

namespace {

constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;
// Messages that were only pretended: anybody can cause those. Real ones are bounded by the host's
// budget.
constexpr int64_t kMostPretended = 20'000;
constexpr int64_t kMostAttempts = 100'000;

std::chrono::seconds seconds_until(int64_t then_ms, int64_t now_ms) {
  return std::chrono::ceil<std::chrono::seconds>(
      Milliseconds(std::max<int64_t>(0, then_ms - now_ms)));
}

struct UserRow {
  int64_t consecutive = 0;
  int64_t locked_until_ms = 0;
  bool disabled = false;

  void lock_if_due(const LockRules& rules, int64_t now_ms) {
    if (consecutive % std::max(1u, rules.failures_before_lock) == 0)
      locked_until_ms = now_ms + Milliseconds(rules.lock).count();
    disabled = consecutive >= rules.failures_before_disable;
  }
  UserState state(int64_t now_ms) const {
    return {static_cast<unsigned>(consecutive), seconds_until(locked_until_ms, now_ms), disabled};
  }
};

UserRow find_user(Transaction& transaction, std::string_view user) {
  auto row = transaction.database().query(
      "SELECT consecutive, locked_until_ms, disabled FROM users WHERE name = ?", {user});
  if (!row.next()) return {};
  return {row.integer(0), row.integer(1), row.integer(2) != 0};
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

HashedBudget hashed(const Budget& budget, const StoreKey& key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                reinterpret_cast<const unsigned char*>(budget.key.data()),
                                budget.key.size(), digest.data(), &size);
  // Without a digest everybody would share one budget.
  if (made == nullptr) throw std::bad_alloc();
  HashedBudget result{
      budget.scope, {}, budget.count, Milliseconds(budget.window).count(), budget.only_looked_at};
  std::copy_n(digest.begin(), result.key.size(), result.key.begin());
  return result;
}

SendDecision reserve_send(Transaction& transaction, const std::vector<HashedBudget>& budgets) {
  Database& database = transaction.database();
  int64_t longest_ms = 0;
  bool pretended = true;
  for (const HashedBudget& budget : budgets) {
    if (const auto wait = exhausted_for(transaction, budget); wait.count() > 0)
      return {std::nullopt, budget.scope, wait};
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

UserState state_of(Transaction& transaction, const std::string& user) {
  return find_user(transaction, user).state(transaction.now_ms());
}

std::vector<NamedUserState> user_states(Transaction& transaction) {
  std::vector<NamedUserState> states;
  auto rows = transaction.database().query(
      "SELECT name, consecutive, locked_until_ms, disabled FROM users WHERE name <> ? ORDER BY "
      "name",
      {kNobody});
  while (rows.next()) {
    const UserRow user = {rows.integer(1), rows.integer(2), rows.integer(3) != 0};
    states.push_back({rows.text(0), user.state(transaction.now_ms())});
  }
  return states;
}

CountedAttempt count_attempt(Transaction& transaction, const std::string& user,
                             const LockRules& rules) {
  Database& database = transaction.database();
  const int64_t now = transaction.now_ms();
  UserRow row = find_user(transaction, user);
  if (row.disabled || row.locked_until_ms > now) {
    reject_attempt(transaction, *count_attempt(transaction, kNobody, rules).id);
    return {std::nullopt, row.state(now)};
  }
  ++row.consecutive;
  if (user != kNobody) row.lock_if_due(rules, now);
  database.run(
      "REPLACE INTO users (name, consecutive, locked_until_ms, disabled) VALUES (?, ?, ?, ?)",
      {std::string_view(user), row.consecutive, row.locked_until_ms, int64_t{row.disabled}});
  database.run("INSERT INTO attempts (user, at_ms, disabling) VALUES (?, ?, ?)",
               {std::string_view(user), now, int64_t{row.disabled}});
  const AttemptId id = database.last_insert_id();
  return {id, row.state(now), failures_last_day(transaction, user)};
}

bool accept_attempt(Transaction& transaction, AttemptId id) {
  Database& database = transaction.database();
  auto row =
      database.query("SELECT user, disabling FROM attempts WHERE id = ? AND judged = 0", {id});
  if (!row.next()) return false;
  database.run("DELETE FROM users WHERE name = ? AND (disabled = 0 OR ?)",
               {std::string_view(row.text(0)), row.integer(1)});
  database.run("DELETE FROM attempts WHERE id = ?", {id});
  return true;
}

void reject_attempt(Transaction& transaction, AttemptId id) {
  Database& database = transaction.database();
  database.run("UPDATE attempts SET judged = 1 WHERE id = ?", {id});
  database.run("DELETE FROM attempts WHERE id = ? AND user = ?", {id, kNobody});
}

bool unlock(Transaction& transaction, const std::string& user) {
  return transaction.database().run("DELETE FROM users WHERE name = ?", {std::string_view(user)}) >
         0;
}

unsigned failures_last_day(Transaction& transaction, const std::string& user) {
  auto row =
      transaction.database().query("SELECT count(*) FROM attempts WHERE user = ? AND at_ms > ?",
                                   {std::string_view(user), transaction.now_ms() - kDayMs});
  return row.next() ? static_cast<unsigned>(row.integer(0)) : 0;
}

void drop_expired(Transaction& transaction) {
  Database& database = transaction.database();
  const int64_t now = transaction.now_ms();
  database.run("DELETE FROM sends WHERE expires_ms <= ?", {now});
  database.run("DELETE FROM attempts WHERE at_ms <= ?", {now - kDayMs});
}

void bound_floods(Transaction& transaction) {
  Database& database = transaction.database();
  database.run(
      "DELETE FROM sends WHERE pretended = 1 AND id <="
      " (SELECT id FROM sends WHERE pretended = 1 ORDER BY id DESC LIMIT 1 OFFSET ?)",
      {kMostPretended});
  database.run(
      "DELETE FROM attempts WHERE id <="
      " (SELECT id FROM attempts ORDER BY id DESC LIMIT 1 OFFSET ?)",
      {kMostAttempts});
}

}  // namespace sms2fa::limit_tables
