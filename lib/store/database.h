// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include "lib/base/clock.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sms2fa {

// What everything in this header throws when SQLite reports an error. It stays inside lib/store:
// StateWriter and open_state() turn it into an Error.
class DatabaseFailure : public std::runtime_error {
 public:
  enum class Kind {
    busy,    // another connection holds the lock: nothing was changed, this one is sound
    rule,    // a constraint of the schema: this one statement was undone
    broken,  // I/O, space, damage, memory: what this connection believes may not be so
  };
  DatabaseFailure(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// What a statement's `?` stands for: a number, a text or bytes.
using Blob = std::span<const unsigned char>;
using Bound = std::variant<int64_t, std::string_view, Blob>;

// The rows of one query, one at a time. While it lives, the same query may not be started again,
// and the Database may not move.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  // Goes on to the next row; false after the last one. Before the first call there is none.
  bool next();
  int64_t integer(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// One connection to one SQLite file, and the statements it has prepared. One thread at a time.
class Database {
 public:
  enum class Access { existing, create };

  // Opens `path` (absolute) with a schema that is not trusted, foreign keys, temporary tables in
  // memory and synchronous=FULL. Reads and writes nothing yet. A lock held by others is waited for
  // `patience`, here and in all that follows.
  Database(const std::string& path, Access access, Milliseconds patience);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;
  // Closes and leaves the files as they are, unless close_cleanly() was called.
  ~Database();

  // Runs statements without parameters and drops their rows.
  void script(const std::string& sql);
  // Starts one statement, which is kept prepared for the next time. `sql` must be a literal.
  Rows query(const char* sql, std::initializer_list<Bound> values = {});
  // The same, run to its end: the rows it changed.
  int64_t run(const char* sql, std::initializer_list<Bound> values = {});
  // The first row's first column; `otherwise` without any row.
  int64_t integer(const char* sql, int64_t otherwise = 0);
  int64_t last_insert_id() const;
  // Rows changed since the connection was opened.
  int64_t total_changes() const;

  // Starts a transaction with the write lock in hand.
  void begin();
  void commit();
  // Undoes what begin() started, if anything is left of it.
  void rollback() noexcept;

  // Switches to write-ahead logging and takes checkpoints into the caller's hand.
  void use_write_ahead_log();
  // Pages in the write-ahead log as of the last commit.
  int log_pages() const { return *log_pages_; }
  // Copies the log's pages into the file and syncs it, without waiting for anybody. False when
  // another connection's reading kept some from being copied.
  bool checkpoint();
  // Lets the destructor copy what the log holds into the file, and remove it.
  void close_cleanly() noexcept;

 private:
  sqlite3_stmt* prepared(const char* sql);
  void configure();
  static int keep_waiting(void* self, int calls);

  // What SQLite holds pointers to; it keeps its address when the Database moves.
  struct Patience {
    Milliseconds most;
    SteadyTime until{};
  };
  sqlite3* handle_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::unique_ptr<Patience> patience_;
  std::unique_ptr<int> log_pages_ = std::make_unique<int>(0);
};

}  // namespace sms2fa
