// SPDX-License-Identifier: Apache-2.0
#include "lib/store/schema.h"

#include <string>

namespace sms2fa {

void migrate(Database& database) {
  const int64_t newest = newest_schema_version();
  if (database.integer("PRAGMA user_version") == newest) return;
  database.begin();
  try {
    // Read again: another process may have done it while this one waited for the lock.
    int64_t version = database.integer("PRAGMA user_version");
    for (; version < newest; ++version) database.script(kMigrations[static_cast<size_t>(version)]);
    database.script("PRAGMA application_id=" + std::to_string(kApplicationId));
    database.script("PRAGMA user_version=" + std::to_string(newest));
    database.commit();
  } catch (const DatabaseFailure&) {
    database.rollback();
    throw;
  }
}

}  // namespace sms2fa
