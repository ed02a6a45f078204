// SPDX-License-Identifier: Apache-2.0
#include "lib/store/generation_tables.h"

#include <algorithm>

#include "lib/store/answer_tables.h"

namespace sms2fa::generation_tables {

namespace {

Generation generation_in(const std::string& bytes) {
  Generation generation{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), generation.size()), generation.begin());
  return generation;
}

}  // namespace

// A planned number becomes the number without anybody's doing. That shows as another generation,
// too, until the next change writes one down.
Generation generation_of(Transaction& transaction, const std::string& user) {
  auto row = transaction.database().query(
      "SELECT (SELECT value FROM generations WHERE user = ?1),"
      " (SELECT count(*) FROM numbers WHERE user = ?1 AND length(planned) > 0 AND due_ms <= ?2)",
      {std::string_view(user), transaction.now_ms()});
  if (!row.next()) return {};
  Generation generation = generation_in(row.bytes(0));
  if (row.integer(1) > 0) generation.back() ^= 1U;
  return generation;
}

bool holds(Transaction& transaction, const std::string& user, const Proof& proof) {
  if (proof.generation && *proof.generation != generation_of(transaction, user)) return false;
  if (!proof.unless_locked) return true;
  return !answer_tables::is_stopped(transaction, user);
}

void move_on(Transaction& transaction, const std::string& user, const Generation& next) {
  transaction.database().run("REPLACE INTO generations (user, value) VALUES (?, ?)",
                             {std::string_view(user), Blob(next)});
}

void bind_attempt(Transaction& transaction, AttemptId id, const Generation& generation) {
  transaction.database().run("UPDATE attempts SET generation = ? WHERE id = ?",
                             {Blob(generation), id});
}

bool attempt_is_outdated(Transaction& transaction, AttemptId id) {
  auto row =
      transaction.database().query("SELECT user, generation FROM attempts WHERE id = ?", {id});
  if (!row.next()) return false;
  const std::string user = row.text(0);
  return generation_in(row.bytes(1)) != generation_of(transaction, user);
}

}  // namespace sms2fa::generation_tables
