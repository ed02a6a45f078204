// SPDX-License-Identifier: Apache-2.0
#include "lib/store/state_file.h"

#include <algorithm>

#include "lib/store/schema.h"
#include "lib/store/transaction.h"

namespace sms2fa {

namespace {

Result<void> make_database(const std::string& path, Milliseconds patience, Random& random,
                           const TimeSource& time) {
  StoreKey decoy_key{};
  StoreKey rate_limit_key{};
  for (StoreKey* key : {&decoy_key, &rate_limit_key})
    if (auto filled = random.fill(*key); !filled) return filled;
  try {
    Database database(path, Database::Access::create, patience);
    database.use_write_ahead_log();
    migrate(database);
    database.run("INSERT INTO store (one, decoy_key, budget_key) VALUES (1, ?, ?)",
                 {Blob(decoy_key), Blob(rate_limit_key)});
    start_clock(database, time);
    // The log has the draft's name and will not follow the file to its own.
    if (!database.checkpoint()) return make_error(ErrorKind::unavailable, path + ": is locked");
    database.close_cleanly();
  } catch (const DatabaseFailure& failure) {
    return make_error(ErrorKind::unavailable, path + ": " + failure.what());
  }
  return {};
}

// nullopt when the file is ours and sound. Writes nothing.
std::optional<Error> complaint(Database& database) {
  if (database.integer("PRAGMA application_id") != kApplicationId)
    return make_error(ErrorKind::configuration, "is not a store of sms2fa");
  const int64_t version = database.integer("PRAGMA user_version");
  if (version < 1 || version > newest_schema_version())
    return make_error(ErrorKind::configuration, "has schema version " + std::to_string(version) +
                                                    "; this sms2fa knows up to " +
                                                    std::to_string(newest_schema_version()));
  auto check = database.query("PRAGMA quick_check(1)");
  const std::string result = check.next() ? check.text(0) : "no answer";
  if (result != "ok") return make_error(ErrorKind::unavailable, "is damaged: " + result);
  return std::nullopt;
}

std::optional<Error> read_keys(StateFile& state) {
  auto row = state.database.query("SELECT decoy_key, budget_key FROM store");
  const bool found = row.next();
  int column = 0;
  for (StoreKey* key : {&state.decoy_key, &state.rate_limit_key}) {
    const std::string bytes = found ? row.bytes(column++) : "";
    if (bytes.size() != key->size())
      return make_error(ErrorKind::unavailable, "is damaged: it has lost its keys");
    std::copy(bytes.begin(), bytes.end(), key->begin());
  }
  return std::nullopt;
}

std::optional<Error> make_ready(StateFile& state, const TimeSource& time) {
  Database& database = state.database;
  if (auto found = complaint(database)) return found;
  migrate(database);
  database.use_write_ahead_log();
  if (auto found = read_keys(state)) return found;
  Transaction(database, time).commit();
  // The kernel may hold log pages that it once failed to write and will not try to write again.
  // Copying them into the file makes it write them there. Whoever is in the way belongs to a living
  // process.
  (void)database.checkpoint();
  return std::nullopt;
}

}  // namespace

Result<StateFile> open_state(const std::string& path, Missing missing, Milliseconds patience,
                             Random& random, const TimeSource& time) {
  auto place = StatePlace::at(path);
  if (!place) return place.error();
  const auto there = place->has_database();
  if (!there) return there.error();
  if (!*there) {
    if (missing == Missing::refuse)
      return make_error(ErrorKind::not_found, place->path() + ": there is no store yet");
    const auto made = place->create(random, [&](const std::string& draft) {
      return make_database(draft, patience, random, time);
    });
    if (!made) return made.error();
  }
  try {
    StateFile state{*place, Database(place->path(), Database::Access::existing, patience)};
    if (auto refused = make_ready(state, time))
      return make_error(refused->kind, place->path() + ": " + refused->message);
    if (auto marked = state.place.mark(); !marked) return marked.error();
    if (auto noted = state.place.note_open_files(); !noted) return noted.error();
    return state;
  } catch (const DatabaseFailure& failure) {
    return make_error(ErrorKind::unavailable, place->path() + ": " + failure.what());
  }
}

}  // namespace sms2fa
