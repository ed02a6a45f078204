// SPDX-License-Identifier: Apache-2.0
#include "lib/store/answer_tables.h"

#include <algorithm>

#include "lib/store/answer_rules.h"
#include "lib/store/limit_tables.h"

namespace sms2fa::answer_tables {

namespace {

using answer_rules::Attempt;
using answer_rules::CountingState;
using answer_rules::kDayMs;
using answer_rules::PersonRow;
using answer_rules::seconds_until;
using answer_rules::SeriesRow;

constexpr int64_t kMostAttempts = 100'000;
constexpr unsigned char kUnproven[] = {0};
constexpr unsigned char kStrangers[] = {1};

// Where a series stands in the table; `place` of a familiar one.
Blob place_of(Series series, Blob place) {
  switch (series) {
    case Series::familiar:
      return place;
    case Series::strangers:
      return kStrangers;
    case Series::unproven:
      return kUnproven;
  }
  return kUnproven;
}

Series series_from(int64_t number) {
  if (number == 0) return Series::familiar;
  return number == 1 ? Series::strangers : Series::unproven;
}

Blob blob(const std::string& bytes) {
  return {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()};
}

SeriesRow find_series(Transaction& transaction, std::string_view user, Blob place) {
  auto row = transaction.database().query(
      "SELECT consecutive, locked_until_ms FROM series WHERE user = ? AND place = ?",
      {user, place});
  if (!row.next()) return {};
  return {row.integer(0), row.integer(1)};
}

bool is_familiar(Transaction& transaction, const HashedOrigin& origin) {
  auto row =
      transaction.database().query("SELECT right_ms FROM series WHERE user = ? AND place = ?",
                                   {std::string_view(origin.user), Blob(origin.place)});
  return row.next() && answer_rules::is_familiar(row.integer(0), transaction.now_ms());
}

PersonRow find_person(Transaction& transaction, std::string_view user) {
  auto row = transaction.database().query(
      "SELECT since_right, consecutive, unproven, untold, disabled FROM people WHERE name = ?",
      {user});
  if (!row.next()) return {};
  return {row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4) != 0};
}

YearlyUse year_of(Transaction& transaction, std::string_view user) {
  auto row = transaction.database().query(
      "SELECT coalesce(sum(chance), 0), coalesce(sum(iif(series > 0, answers, 0)), 0),"
      " coalesce(sum(iif(series = 2, answers, 0)), 0) FROM guesses WHERE user = ? AND day >= ?",
      {user, answer_rules::first_day(transaction.now_ms())});
  if (!row.next()) return {};
  return {row.integer(0), static_cast<unsigned>(row.integer(1)),
          static_cast<unsigned>(row.integer(2))};
}

CountingState counting_of(Transaction& transaction, const HashedOrigin& origin) {
  CountingState counting;
  counting.series = is_familiar(transaction, origin) ? Series::familiar
                    : origin.proven                  ? Series::strangers
                                                     : Series::unproven;
  counting.row =
      find_series(transaction, origin.user, place_of(counting.series, Blob(origin.place)));
  counting.person = find_person(transaction, origin.user);
  counting.year = year_of(transaction, origin.user);
  return counting;
}

void write_series(Transaction& transaction, std::string_view user, Blob place,
                  const SeriesRow& row) {
  transaction.database().run(
      "INSERT INTO series (user, place, consecutive, locked_until_ms, right_ms)"
      " VALUES (?, ?, ?, ?, 0) ON CONFLICT (user, place) DO UPDATE SET"
      " consecutive = excluded.consecutive, locked_until_ms = excluded.locked_until_ms",
      {user, place, row.consecutive, row.locked_until_ms});
}

void write_person(Transaction& transaction, std::string_view user, const PersonRow& person) {
  if (person == PersonRow{}) {
    transaction.database().run("DELETE FROM people WHERE name = ?", {user});
    return;
  }
  transaction.database().run(
      "REPLACE INTO people (name, since_right, consecutive, unproven, untold, disabled)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      {user, person.since_right, person.consecutive, person.unproven, person.untold,
       int64_t{person.disabled}});
}

// Of nobody one day is enough, for theirs never count.
int64_t day_of(std::string_view user, int64_t at_ms) {
  return user == kDecoyUser ? 0 : at_ms / kDayMs;
}

void book(Transaction& transaction, std::string_view user, const Attempt& attempt) {
  transaction.database().run(
      "INSERT INTO guesses (user, day, series, answers, chance, long_ones)"
      " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user, day, series) DO UPDATE SET"
      " answers = answers + excluded.answers, chance = chance + excluded.chance,"
      " long_ones = long_ones + excluded.long_ones",
      {user, day_of(user, attempt.at_ms), static_cast<int64_t>(attempt.series),
       int64_t{attempt.weak}, attempt.chance, int64_t{!attempt.weak}});
}

struct FoundAttempt {
  std::string user;
  std::string place;
  Attempt attempt;
};

std::optional<FoundAttempt> find_attempt(Transaction& transaction, AttemptId id) {
  auto row = transaction.database().query(
      "SELECT user, place, series, at_ms, chance, weak, lock_ms, disabling FROM attempts"
      " WHERE id = ? AND taken_back = 0",
      {id});
  if (!row.next()) return std::nullopt;
  return FoundAttempt{row.text(0),
                      row.bytes(1),
                      {series_from(row.integer(2)), row.integer(3), row.integer(4),
                       row.integer(5) != 0, row.integer(6), row.integer(7) != 0}};
}

void take_back(Transaction& transaction, const FoundAttempt& found, PersonRow& person) {
  const Attempt& attempt = found.attempt;
  const Blob place = place_of(attempt.series, blob(found.place));
  SeriesRow row = find_series(transaction, found.user, place);
  answer_rules::take_back(attempt, row, person);
  write_series(transaction, found.user, place, row);
  if (attempt.weak)
    transaction.database().run(
        "UPDATE guesses SET answers = answers - 1, chance = chance - ?"
        " WHERE user = ? AND day = ? AND series = ? AND answers > 0 AND chance >= ?",
        {attempt.chance, std::string_view(found.user), day_of(found.user, attempt.at_ms),
         static_cast<int64_t>(attempt.series), attempt.chance});
}

void make_familiar(Transaction& transaction, std::string_view user, Blob place) {
  Database& database = transaction.database();
  database.run(
      "REPLACE INTO series (user, place, consecutive, locked_until_ms, right_ms)"
      " VALUES (?, ?, 0, 0, ?)",
      {user, place, transaction.now_ms()});
  database.run(
      "DELETE FROM series WHERE user = ?1 AND length(place) = 16 AND place NOT IN"
      " (SELECT place FROM series WHERE user = ?1 AND length(place) = 16"
      " ORDER BY right_ms DESC, place = ?2 DESC LIMIT ?3)",
      {user, place, kMostFamiliar});
}

}  // namespace

HashedOrigin hashed(const Origin& origin, const StoreKey& key) {
  const std::string text =
      "place of " + std::to_string(origin.user.size()) + ":" + origin.user + origin.place;
  return {origin.user, limit_tables::keyed_hash(key, text), !origin.place.empty(), origin.proven};
}

UserState state_of(Transaction& transaction, const HashedOrigin& origin) {
  return counting_of(transaction, origin).state(transaction.now_ms());
}

CountedAttempt count_attempt(Transaction& transaction, const HashedOrigin& origin, int64_t chance,
                             const LockRules& rules) {
  Database& database = transaction.database();
  const int64_t now = transaction.now_ms();
  CountingState counting = counting_of(transaction, origin);
  if (counting.is_locked(now)) {
    HashedOrigin nobody = origin;
    nobody.user = kDecoyUser;
    reject_attempt(transaction, *count_attempt(transaction, nobody, chance, rules).id);
    return {.id = std::nullopt, .state = counting.state(now)};
  }
  CountedAttempt counted;
  const Attempt attempt =
      answer_rules::count(counting, chance, rules, now, origin.user == kDecoyUser, counted);
  const std::string_view user = origin.user;
  write_series(transaction, user, place_of(attempt.series, Blob(origin.place)), counting.row);
  write_person(transaction, user, counting.person);
  book(transaction, user, attempt);
  const Blob place = Blob(origin.place).first(origin.may_become_familiar ? origin.place.size() : 0);
  database.run(
      "INSERT INTO attempts (user, at_ms, disabling, series, place, chance, weak, lock_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {user, now, int64_t{attempt.disabling}, static_cast<int64_t>(attempt.series), place,
       attempt.chance, int64_t{attempt.weak}, attempt.lock_ms});
  counted.id = database.last_insert_id();
  counted.failures_last_day = failures_last_day(transaction, origin.user);
  return counted;
}

std::optional<unsigned> accept_attempt(Transaction& transaction, AttemptId id,
                                       const std::vector<AttemptId>& before) {
  Database& database = transaction.database();
  if (database.run("UPDATE attempts SET judged = 1 WHERE id = ? AND judged = 0", {id}) == 0)
    return std::nullopt;
  const auto right = find_attempt(transaction, id);
  if (!right) return std::nullopt;
  PersonRow person = find_person(transaction, right->user);
  take_back(transaction, *right, person);
  database.run("DELETE FROM attempts WHERE id = ?", {id});
  for (const AttemptId wrong : before) {
    const auto found = find_attempt(transaction, wrong);
    if (!found || found->user != right->user) continue;
    take_back(transaction, *found, person);
    database.run("UPDATE attempts SET taken_back = 1 WHERE id = ?", {wrong});
  }
  const unsigned untold = answer_rules::end(right->attempt, person);
  write_person(transaction, right->user, person);
  if (!right->place.empty()) make_familiar(transaction, right->user, blob(right->place));
  return untold;
}

void reject_attempt(Transaction& transaction, AttemptId id) {
  Database& database = transaction.database();
  database.run("UPDATE attempts SET judged = 1 WHERE id = ?", {id});
  database.run("DELETE FROM attempts WHERE id = ? AND user = ?", {id, kDecoyUser});
}

bool is_stopped(Transaction& transaction, const std::string& user) {
  return find_person(transaction, user).disabled ||
         find_series(transaction, user, kUnproven).locked_until_ms > transaction.now_ms();
}

unsigned failures_last_day(Transaction& transaction, const std::string& user) {
  auto row =
      transaction.database().query("SELECT count(*) FROM attempts WHERE user = ? AND at_ms > ?",
                                   {std::string_view(user), transaction.now_ms() - kDayMs});
  return row.next() ? static_cast<unsigned>(row.integer(0)) : 0;
}

std::vector<NamedUserState> user_states(Transaction& transaction) {
  std::vector<std::pair<std::string, int64_t>> names;
  {
    auto rows = transaction.database().query(
        "SELECT name, max(locked) FROM"
        " (SELECT name, 0 AS locked FROM people WHERE since_right > 0 OR disabled = 1"
        " UNION ALL SELECT user, locked_until_ms FROM series WHERE locked_until_ms > ?)"
        " WHERE name <> '' GROUP BY name ORDER BY name",
        {transaction.now_ms()});
    while (rows.next()) names.emplace_back(rows.text(0), rows.integer(1));
  }
  std::vector<NamedUserState> states;
  for (const auto& [name, locked_until_ms] : names) {
    const CountingState counting{.series = Series::strangers,
                                 .row = {0, locked_until_ms},
                                 .person = find_person(transaction, name),
                                 .year = year_of(transaction, name)};
    states.push_back({name, counting.state(transaction.now_ms())});
  }
  return states;
}

std::vector<SeriesState> series_of(Transaction& transaction, const std::string& user) {
  const int64_t now = transaction.now_ms();
  auto rows = transaction.database().query(
      "SELECT place, consecutive, locked_until_ms, right_ms FROM series WHERE user = ?"
      " ORDER BY length(place), place DESC",
      {std::string_view(user)});
  std::vector<SeriesState> all;
  while (rows.next()) {
    const std::string place = rows.bytes(0);
    SeriesState state{.series = Series::familiar,
                      .wrong = static_cast<unsigned>(rows.integer(1)),
                      .locked_for = seconds_until(rows.integer(2), now)};
    if (place.size() == 1) state.series = place[0] == 1 ? Series::strangers : Series::unproven;
    const bool familiar = state.series == Series::familiar;
    if (familiar && !answer_rules::is_familiar(rows.integer(3), now)) continue;
    if (familiar) state.last_right = seconds_until(now, rows.integer(3));
    all.push_back(state);
  }
  return all;
}

bool unlock(Transaction& transaction, const std::string& user, bool year) {
  Database& database = transaction.database();
  int64_t ended = database.run(
      "UPDATE people SET since_right = 0, consecutive = 0, unproven = 0, disabled = 0"
      " WHERE name = ? AND (since_right > 0 OR disabled = 1)",
      {std::string_view(user)});
  ended += database.run(
      "UPDATE series SET consecutive = 0, locked_until_ms = 0"
      " WHERE user = ? AND (consecutive > 0 OR locked_until_ms > 0)",
      {std::string_view(user)});
  if (year) ended += database.run("DELETE FROM guesses WHERE user = ?", {std::string_view(user)});
  return ended > 0;
}

void drop_expired(Transaction& transaction) {
  Database& database = transaction.database();
  const int64_t now = transaction.now_ms();
  database.run("DELETE FROM attempts WHERE at_ms <= ?", {now - kDayMs});
  database.run("DELETE FROM guesses WHERE day < ? AND user <> ''", {answer_rules::first_day(now)});
  database.run("DELETE FROM series WHERE length(place) = 16 AND right_ms <= ?",
               {now - kFamiliarFor.count() * kDayMs});
}

void bound_floods(Transaction& transaction) {
  transaction.database().run(
      "DELETE FROM attempts WHERE id <="
      " (SELECT id FROM attempts ORDER BY id DESC LIMIT 1 OFFSET ?)",
      {kMostAttempts});
}

}  // namespace sms2fa::answer_tables
