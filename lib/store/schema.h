// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "lib/store/database.h"

namespace sms2fa {

// Says of an SQLite file that it is ours: "SM2F" in its header.
inline constexpr int64_t kApplicationId = 0x534d3246;

// The scripts of schema/ in their order: the n-th makes version n out of version n - 1.
extern const std::span<const char* const> kMigrations;

inline int64_t newest_schema_version() {
  return static_cast<int64_t>(kMigrations.size());
}

// Brings the schema to the newest version, in one transaction. Throws DatabaseFailure; then nothing
// was changed. Precondition: the file is new, or ours and not newer.
void migrate(Database& database);

}  // namespace sms2fa
