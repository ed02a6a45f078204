// SPDX-License-Identifier: Apache-2.0
#include "lib/store/record_tables.h"

#include <algorithm>
#include <limits>

namespace sms2fa::record_tables {

namespace {

using std::chrono::duration_cast;

// Names and hosts are the client's to choose.
std::string_view bounded(const std::string& text) {
  return std::string_view(text).substr(0, kLongestVerdictText);
}

int64_t column_of(std::optional<Lane> lane) {
  constexpr int64_t kNotices = 3;
  if (!lane) return kNotices;
  switch (*lane) {
    case Lane::proven:
      return 0;
    case Lane::unproven:
      return 1;
    case Lane::own:
      return 2;
    case Lane::named:
      return 4;
  }
  return 1;
}

VerdictRecord verdict_in(const Rows& row) {
  const Milliseconds at(row.integer(0));
  return {.when = WallTime(at),
          .user = row.text(1),
          .service = row.text(2),
          .rhost = row.text(3),
          .verdict = row.text(4),
          .reason = row.text(5),
          .method = row.text(6),
          .provider = row.text(7),
          .message_id = row.text(8),
          .masked_number = row.text(9),
          .limit = row.text(10),
          .rule = row.text(11)};
}

}  // namespace

void record_verdict(Transaction& transaction, const VerdictRecord& record) {
  Database& database = transaction.database();
  const int64_t lane = column_of(record.lane);
  database.run(
      "INSERT INTO verdicts (at_ms, user, service, rhost, verdict, reason, method, provider,"
      " message_id, masked_number, limit_key, rule, lane)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {int64_t{duration_cast<Milliseconds>(record.when.time_since_epoch()).count()},
       bounded(record.user), bounded(record.service), bounded(record.rhost),
       bounded(record.verdict), bounded(record.reason), bounded(record.method),
       bounded(record.provider), bounded(record.message_id), bounded(record.masked_number),
       bounded(record.limit), bounded(record.rule), lane});
  // Before that many there is nothing to look for.
  if (database.last_insert_id() <= int64_t{kMostVerdicts}) return;
  database.run(
      "DELETE FROM verdicts WHERE lane = ?1 AND id <= (SELECT id FROM verdicts WHERE lane = ?1"
      " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
      {lane, static_cast<int64_t>(kMostVerdicts)});
}

std::vector<VerdictRecord> recent_verdicts(Transaction& transaction,
                                           const std::optional<std::string>& user, size_t limit) {
  auto rows = transaction.database().query(
      "SELECT at_ms, user, service, rhost, verdict, reason, method, provider, message_id,"
      " masked_number, limit_key, rule FROM verdicts WHERE ?1 OR user = ?2"
      " ORDER BY id DESC LIMIT ?3",
      {int64_t{!user}, user ? bounded(*user) : std::string_view(),
       static_cast<int64_t>(std::min(limit, kMostVerdicts))});
  std::vector<VerdictRecord> records;
  while (rows.next()) records.push_back(verdict_in(rows));
  return records;
}

bool use_totp_step(Transaction& transaction, const std::string& user, int64_t step) {
  return transaction.database().run(
             "INSERT INTO totp_steps (user, last_step) VALUES (?, ?) ON CONFLICT (user)"
             " DO UPDATE SET last_step = excluded.last_step WHERE excluded.last_step > last_step",
             {std::string_view(user), step}) > 0;
}

void replace_backup_codes(Transaction& transaction, const std::string& user,
                          const std::string& parameters, const std::vector<std::string>& hashes) {
  Database& database = transaction.database();
  database.run("DELETE FROM backup_sets WHERE user = ?", {std::string_view(user)});
  if (hashes.empty()) return;
  database.run("INSERT INTO backup_sets (user, parameters) VALUES (?, ?)",
               {std::string_view(user), std::string_view(parameters)});
  for (const std::string& hash : hashes)
    database.run("INSERT INTO backup_codes (user, hash) VALUES (?, ?)",
                 {std::string_view(user), std::string_view(hash)});
}

std::optional<BackupCodes> backup_codes(Transaction& transaction, const std::string& user) {
  auto row = transaction.database().query(
      "SELECT parameters, (SELECT count(*) FROM backup_codes WHERE user = s.user AND used = 0)"
      " FROM backup_sets AS s WHERE user = ?",
      {std::string_view(user)});
  if (!row.next()) return std::nullopt;
  return BackupCodes{row.text(0), static_cast<unsigned>(row.integer(1))};
}

bool use_backup_code(Transaction& transaction, const std::string& user, const std::string& hash) {
  return transaction.database().run(
             "UPDATE backup_codes SET used = 1 WHERE user = ? AND hash = ? AND used = 0",
             {std::string_view(user), std::string_view(hash)}) > 0;
}

}  // namespace sms2fa::record_tables
