// SPDX-License-Identifier: Apache-2.0
#include "lib/store/database.h"

#include <sqlite3.h>

#include <thread>
#include <utility>

namespace sms2fa {

namespace {

// SQLite's own back-off grows to 100 ms between tries, which never meets the moment between two
// group commits of a busy daemon.
constexpr Milliseconds kRetryLock{1};

DatabaseFailure::Kind kind_of(int code) {
  using Kind = DatabaseFailure::Kind;
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::busy;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return Kind::rule;
    default:
      return Kind::broken;
  }
}

[[noreturn]] void raise(int code, const char* detail) {
  throw DatabaseFailure(kind_of(code), detail);
}

void expect_ok(int code, sqlite3* handle) {
  if (code != SQLITE_OK) raise(code, sqlite3_errmsg(handle));
}

struct Binder {
  sqlite3_stmt* statement;
  int index;
  int operator()(int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(std::string_view text) const {
    return sqlite3_bind_text64(statement, index, text.data() ? text.data() : "", text.size(),
                               SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  int operator()(Blob bytes) const {
    return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  }
};

}  // namespace

Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) raise(code, sqlite3_errmsg(sqlite3_db_handle(statement_)));
  return false;
}

int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Rows::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Rows::bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

Database::Database(const std::string& path, Access access, Milliseconds patience)
    : patience_(std::make_unique<Patience>(Patience{patience})) {
  const int create = access == Access::create ? SQLITE_OPEN_CREATE : 0;
  const int code = sqlite3_open_v2(path.c_str(), &handle_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | create, nullptr);
  try {
    if (handle_ == nullptr) raise(SQLITE_NOMEM, "out of memory");
    expect_ok(code, handle_);
    configure();
  } catch (const DatabaseFailure&) {
    sqlite3_close(handle_);
    throw;
  }
}

void Database::configure() {
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, keep_waiting, patience_.get());
  // A schema that somebody else has changed can then only fail: it runs no code of theirs.
  for (const auto& [setting, on] : {std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
                                    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}})
    expect_ok(sqlite3_db_config(handle_, setting, on, nullptr), handle_);
  // In memory, or SQLITE_TMPDIR would be asked where temporary tables go.
  script("PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON;");
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      statements_(std::exchange(other.statements_, {})),
      patience_(std::move(other.patience_)),
      log_pages_(std::move(other.log_pages_)) {}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

int Database::keep_waiting(void* self, int calls) {
  auto* patience = static_cast<Patience*>(self);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (calls == 0) patience->until = now + patience->most;
  if (now >= patience->until) return 0;
  std::this_thread::sleep_for(kRetryLock);
  return 1;
}

void Database::script(const std::string& sql) {
  expect_ok(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr), handle_);
}

sqlite3_stmt* Database::prepared(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr)
    expect_ok(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr),
              handle_);
  return statement;
}

Rows Database::query(const char* sql, std::initializer_list<Bound> values) {
  sqlite3_stmt* statement = prepared(sql);
  Rows rows(statement);
  int index = 0;
  for (const Bound& value : values)
    expect_ok(std::visit(Binder{statement, ++index}, value), handle_);
  return rows;
}

int64_t Database::run(const char* sql, std::initializer_list<Bound> values) {
  const int64_t before = total_changes();
  Rows rows = query(sql, values);
  while (rows.next()) {
  }
  return total_changes() - before;
}

int64_t Database::integer(const char* sql, int64_t otherwise) {
  Rows rows = query(sql);
  return rows.next() ? rows.integer(0) : otherwise;
}

int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

int64_t Database::total_changes() const {
  return sqlite3_total_changes64(handle_);
}

void Database::begin() {
  run("BEGIN IMMEDIATE");
}

void Database::commit() {
  run("COMMIT");
}

void Database::rollback() noexcept {
  if (sqlite3_get_autocommit(handle_) != 0) return;
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::use_write_ahead_log() {
  Rows rows = query("PRAGMA journal_mode=WAL");
  if (!rows.next() || rows.text(0) != "wal")
    throw DatabaseFailure(DatabaseFailure::Kind::broken, "write-ahead logging is not to be had");
  // SQLite's own hook would hide the errors of a checkpoint.
  sqlite3_wal_hook(
      handle_,
      [](void* pages, sqlite3*, const char*, int in_log) {
        *static_cast<int*>(pages) = in_log;
        return SQLITE_OK;
      },
      log_pages_.get());
}

// Never one of the modes that wait: they hold the write lock while they do.
bool Database::checkpoint() {
  int in_log = 0;
  int copied = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
  if (kind_of(code) == DatabaseFailure::Kind::busy) return false;
  expect_ok(code, handle_);
  *log_pages_ = 0;
  return in_log == copied;
}

void Database::close_cleanly() noexcept {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

}  // namespace sms2fa
