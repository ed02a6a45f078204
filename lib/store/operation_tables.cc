// SPDX-License-Identifier: Apache-2.0
#include "lib/store/operation_tables.h"

#include <algorithm>

namespace sms2fa::operation_tables {

using std::chrono::duration_cast;

namespace {

// The latest that the calendar was seen at while this deadline stood; 0: it is a new one.
int64_t latest_of(Transaction& transaction, int64_t deadline_ms) {
  auto row = transaction.database().query("SELECT latest_ms FROM countdown WHERE deadline_ms = ?",
                                          {deadline_ms});
  return row.next() ? row.integer(0) : 0;
}

}  // namespace

void issue_bypass(Transaction& transaction, const std::string& user, const std::string& parameters,
                  const std::string& hash, std::chrono::seconds lifetime) {
  transaction.database().run(
      "REPLACE INTO passes (user, parameters, hash, expires_ms) VALUES (?, ?, ?, ?)",
      {std::string_view(user), std::string_view(parameters), std::string_view(hash),
       transaction.now_ms() + Milliseconds(lifetime).count()});
}

std::optional<Bypass> bypass_of(Transaction& transaction, const std::string& user) {
  auto row = transaction.database().query(
      "SELECT parameters, expires_ms FROM passes WHERE user = ? AND expires_ms > ?",
      {std::string_view(user), transaction.now_ms()});
  if (!row.next()) return std::nullopt;
  return Bypass{row.text(0), std::chrono::ceil<std::chrono::seconds>(
                                 Milliseconds(row.integer(1) - transaction.now_ms()))};
}

bool use_bypass(Transaction& transaction, const std::string& user, const std::string& hash) {
  return transaction.database().run(
             "DELETE FROM passes WHERE user = ? AND hash = ? AND expires_ms > ?",
             {std::string_view(user), std::string_view(hash), transaction.now_ms()}) > 0;
}

void drop_expired(Transaction& transaction) {
  transaction.database().run("DELETE FROM passes WHERE expires_ms <= ?", {transaction.now_ms()});
}

std::chrono::seconds time_left(Transaction& transaction, WallTime deadline) {
  // So that not every login writes.
  constexpr int64_t kWrittenEvery = Milliseconds(std::chrono::hours(1)).count();
  const int64_t deadline_ms = duration_cast<Milliseconds>(deadline.time_since_epoch()).count();
  const int64_t wall_ms = transaction.wall_ms();
  const int64_t latest_ms = latest_of(transaction, deadline_ms);
  const int64_t now_ms = std::max(wall_ms, latest_ms);
  const bool is_reached = now_ms >= deadline_ms && latest_ms < deadline_ms;
  if (is_reached || now_ms >= latest_ms + kWrittenEvery)
    transaction.database().run(
        "REPLACE INTO countdown (one, deadline_ms, latest_ms) VALUES (1, ?, ?)",
        {deadline_ms, now_ms});
  return std::chrono::ceil<std::chrono::seconds>(Milliseconds(deadline_ms - now_ms));
}

void record_provider_state(Transaction& transaction, const ProviderState& state) {
  transaction.database().run(
      "REPLACE INTO providers (name, state, since_ms, failures) VALUES (?, ?, ?, ?)",
      {std::string_view(state.name), std::string_view(state.state),
       int64_t{duration_cast<Milliseconds>(state.since.time_since_epoch()).count()},
       int64_t{state.failures}});
}

std::vector<ProviderState> provider_states(Transaction& transaction) {
  auto rows = transaction.database().query(
      "SELECT name, state, since_ms, failures FROM providers ORDER BY name");
  std::vector<ProviderState> states;
  while (rows.next())
    states.push_back({rows.text(0), rows.text(1), WallTime(Milliseconds(rows.integer(2))),
                      static_cast<unsigned>(rows.integer(3))});
  return states;
}

void add_to_counters(Transaction& transaction, const std::vector<Counter>& counters) {
  for (const Counter& counter : counters)
    transaction.database().run(
        "INSERT INTO counters (name, labels, value) VALUES (?, ?, ?) ON CONFLICT (name, labels)"
        " DO UPDATE SET value = value + excluded.value",
        {std::string_view(counter.name), std::string_view(counter.labels), counter.value});
}

std::vector<Counter> counters(Transaction& transaction) {
  auto rows = transaction.database().query(
      "SELECT name, labels, value FROM counters ORDER BY name, labels");
  std::vector<Counter> found;
  while (rows.next()) found.push_back({rows.text(0), rows.text(1), rows.integer(2)});
  return found;
}

}  // namespace sms2fa::operation_tables
