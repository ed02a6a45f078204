// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "lib/base/random.h"
#include "lib/store/database.h"
#include "lib/store/sqlite_store.h"
#include "tests/support/test.h"
#include "tests/unit/fake_store_time.h"
#include "tests/unit/scratch_directory.h"

namespace sms2fa::test {

// Takes the value, or ends the test.
template <typename T>
T must(Result<T> result) {
  if (!result) fail(__FILE__, __LINE__, result.error().message);
  if (!result) throw Stop{};
  return std::move(*result);
}

inline void must(const Result<void>& result) {
  if (!result) fail(__FILE__, __LINE__, result.error().message);
}

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A store's file in a directory of its own, to open and to look into.
class StoreFile {
 public:
  Result<std::unique_ptr<SqliteStore>> try_open(Missing missing = Missing::create) {
    return SqliteStore::open(path(), missing, random, time, options);
  }
  std::unique_ptr<SqliteStore> open() { return must(try_open()); }
  // A connection beside the store's.
  Database raw(Database::Access access = Database::Access::existing) {
    return Database(path(), access, Milliseconds(1000));
  }
  std::string path(const std::string& suffix = "") const {
    return directory.path("state.db" + suffix);
  }
  // "" when the file opens.
  std::string refusal(Missing missing = Missing::create) {
    const auto store = try_open(missing);
    return store ? "" : directory.without_path(store.error().message);
  }

  const ScratchDirectory directory;
  FakeStoreTime time;
  SystemRandom random;
  SqliteStore::Options options{.patience = Milliseconds(200), .reopen_after = Milliseconds(0)};
};

}  // namespace sms2fa::test
