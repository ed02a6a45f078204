// SPDX-License-Identifier: Apache-2.0
#include "lib/store/enrolment_tables.h"

#include <algorithm>
#include <chrono>

#include "lib/base/key_ring.h"

namespace sms2fa::enrolment_tables {

namespace {

using std::chrono::ceil;
using std::chrono::duration_cast;
using std::chrono::seconds;

Blob blob(const std::string& bytes) {
  return {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()};
}

Blob key_id_of(const std::string& sealed) {
  return blob(sealed).first(std::min(sealed.size(), kKeyIdSize));
}

int64_t count(Rows rows) {
  return rows.next() ? rows.integer(0) : 0;
}

// The first key that anything is sealed with becomes the store's.
bool is_current_key(Database& database, const std::string& sealed) {
  database.run("INSERT INTO sealing_key (one, id) VALUES (1, ?) ON CONFLICT DO NOTHING",
               {key_id_of(sealed)});
  return count(database.query("SELECT count(*) FROM sealing_key WHERE id = ?",
                              {key_id_of(sealed)})) > 0;
}

EnrolledApp app_in(const Rows& row) {
  return {.label = row.text(0),
          .sealed = row.bytes(1),
          .parameters = {totp_algorithm_from(row.text(2)).value_or(TotpAlgorithm::sha1),
                         static_cast<unsigned>(row.integer(3)), static_cast<int>(row.integer(5))},
          .since = WallTime(Milliseconds(row.integer(4)))};
}

void read_numbers(Transaction& transaction, const std::string& user, Enrolment& enrolment) {
  auto row = transaction.database().query(
      "SELECT sealed, planned, due_ms FROM numbers WHERE user = ?", {std::string_view(user)});
  if (!row.next()) return;
  if (auto sealed = row.bytes(0); !sealed.empty()) enrolment.sealed_number = std::move(sealed);
  auto planned = row.bytes(1);
  if (planned.empty()) return;
  const auto left = Milliseconds(row.integer(2) - transaction.now_ms());
  if (left.count() <= 0)
    enrolment.sealed_number = std::move(planned);
  else
    enrolment.planned = PlannedNumber{std::move(planned), ceil<seconds>(left)};
}

// One column of sealed values of one table.
struct Place {
  const char* select;
  const char* update;
};
constexpr Place kPlaces[] = {
    {"SELECT user, '', sealed FROM numbers WHERE length(sealed) > 0",
     "UPDATE numbers SET sealed = ?1 WHERE user = ?2 AND ?3 = ''"},
    {"SELECT user, '', planned FROM numbers WHERE length(planned) > 0",
     "UPDATE numbers SET planned = ?1 WHERE user = ?2 AND ?3 = ''"},
    {"SELECT user, label, sealed FROM apps",
     "UPDATE apps SET sealed = ?1 WHERE user = ?2 AND label = ?3"},
};

struct SealedValue {
  std::string user;
  std::string label;
  std::string sealed;
};

std::vector<SealedValue> values_in(Database& database, const Place& place) {
  std::vector<SealedValue> values;
  auto rows = database.query(place.select);
  while (rows.next()) values.push_back({rows.text(0), rows.text(1), rows.bytes(2)});
  return values;
}

}  // namespace

void settle_plan(Transaction& transaction, const std::string& user) {
  transaction.database().run(
      "UPDATE numbers SET sealed = planned, planned = x'', due_ms = 0"
      " WHERE user = ? AND length(planned) > 0 AND due_ms <= ?",
      {std::string_view(user), transaction.now_ms()});
}

Enrolment enrolment_of(Transaction& transaction, const std::string& user) {
  Enrolment enrolment;
  read_numbers(transaction, user, enrolment);
  auto rows = transaction.database().query(
      "SELECT label, sealed, algorithm, digits, since_ms, skew FROM apps WHERE user = ? ORDER BY "
      "label",
      {std::string_view(user)});
  while (rows.next()) enrolment.apps.push_back(app_in(rows));
  return enrolment;
}

std::vector<std::string> enrolled_users(Transaction& transaction) {
  auto rows = transaction.database().query(
      "SELECT user FROM numbers UNION SELECT user FROM apps UNION SELECT user FROM backup_sets"
      " ORDER BY user");
  std::vector<std::string> users;
  while (rows.next()) users.push_back(rows.text(0));
  return users;
}

PutStatus set_number(Transaction& transaction, const std::string& user, const std::string& sealed) {
  Database& database = transaction.database();
  if (!is_current_key(database, sealed)) return PutStatus::another_key;
  database.run(
      "INSERT INTO numbers (user, sealed) VALUES (?, ?) ON CONFLICT (user)"
      " DO UPDATE SET sealed = excluded.sealed, planned = x'', due_ms = 0",
      {std::string_view(user), blob(sealed)});
  return PutStatus::done;
}

PutStatus plan_number(Transaction& transaction, const std::string& user, const std::string& sealed,
                      seconds wait) {
  Database& database = transaction.database();
  if (!is_current_key(database, sealed)) return PutStatus::another_key;
  database.run(
      "INSERT INTO numbers (user, planned, due_ms) VALUES (?, ?, ?) ON CONFLICT (user)"
      " DO UPDATE SET planned = excluded.planned, due_ms = excluded.due_ms",
      {std::string_view(user), blob(sealed),
       transaction.now_ms() + int64_t{duration_cast<Milliseconds>(wait).count()}});
  return PutStatus::done;
}

PutStatus put_app(Transaction& transaction, const std::string& user, const EnrolledApp& app) {
  Database& database = transaction.database();
  if (!is_current_key(database, app.sealed)) return PutStatus::another_key;
  const int64_t others =
      count(database.query("SELECT count(*) FROM apps WHERE user = ? AND label <> ?",
                           {std::string_view(user), std::string_view(app.label)}));
  if (others >= static_cast<int64_t>(kMostApps)) return PutStatus::too_many;
  database.run(
      "REPLACE INTO apps (user, label, sealed, algorithm, digits, since_ms, skew)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)",
      {std::string_view(user), std::string_view(app.label), blob(app.sealed),
       to_string(app.parameters.algorithm), int64_t{app.parameters.digits},
       int64_t{duration_cast<Milliseconds>(app.since.time_since_epoch()).count()},
       int64_t{app.parameters.skew}});
  return PutStatus::done;
}

void invite(Transaction& transaction, const std::string& user, const std::string& parameters,
            const std::string& hash, seconds lifetime) {
  transaction.database().run(
      "REPLACE INTO invitations (user, parameters, hash, expires_ms) VALUES (?, ?, ?, ?)",
      {std::string_view(user), std::string_view(parameters), std::string_view(hash),
       transaction.now_ms() + Milliseconds(lifetime).count()});
}

std::optional<Invitation> invitation_of(Transaction& transaction, const std::string& user) {
  auto row = transaction.database().query(
      "SELECT parameters, expires_ms FROM invitations WHERE user = ? AND expires_ms > ?",
      {std::string_view(user), transaction.now_ms()});
  if (!row.next()) return std::nullopt;
  return Invitation{row.text(0),
                    ceil<seconds>(Milliseconds(row.integer(1) - transaction.now_ms()))};
}

bool is_invited(Transaction& transaction, const std::string& user, const std::string& hash) {
  return count(transaction.database().query(
             "SELECT count(*) FROM invitations WHERE user = ? AND hash = ? AND expires_ms > ?",
             {std::string_view(user), std::string_view(hash), transaction.now_ms()})) > 0;
}

void use_up_invitation(Transaction& transaction, const std::string& user) {
  transaction.database().run("DELETE FROM invitations WHERE user = ?", {std::string_view(user)});
}

void drop_expired(Transaction& transaction) {
  transaction.database().run("DELETE FROM invitations WHERE expires_ms <= ?",
                             {transaction.now_ms()});
}

bool remove_enrolment(Transaction& transaction, const std::string& user) {
  Database& database = transaction.database();
  int64_t removed = database.run("DELETE FROM numbers WHERE user = ?", {std::string_view(user)});
  removed += database.run("DELETE FROM apps WHERE user = ?", {std::string_view(user)});
  removed += database.run("DELETE FROM backup_sets WHERE user = ?", {std::string_view(user)});
  return removed > 0;
}

std::optional<size_t> reseal(Transaction& transaction, const std::string& key_id,
                             const EnrolmentStore::Reseal& reseal) {
  Database& database = transaction.database();
  // All of them first, so that giving up changes nothing.
  std::vector<std::vector<SealedValue>> fresh;
  for (const Place& place : kPlaces) {
    fresh.push_back(values_in(database, place));
    for (SealedValue& value : fresh.back()) {
      auto sealed = reseal(value.user, value.sealed);
      if (!sealed) return std::nullopt;
      value.sealed = std::move(*sealed);
    }
  }
  size_t count = 0;
  for (size_t i = 0; i < fresh.size(); ++i) {
    for (const SealedValue& value : fresh[i])
      database.run(kPlaces[i].update, {blob(value.sealed), std::string_view(value.user),
                                       std::string_view(value.label)});
    count += fresh[i].size();
  }
  database.run("REPLACE INTO sealing_key (one, id) VALUES (1, ?)", {blob(key_id)});
  return count;
}

}  // namespace sms2fa::enrolment_tables
