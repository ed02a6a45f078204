// SPDX-License-Identifier: Apache-2.0
#include "lib/store/transaction.h"

namespace sms2fa {

namespace {

StoreTime read_clock(Database& database) {
  auto row = database.query("SELECT boot_id, boot_ms, wall_ms, store_ms FROM clock");
  if (!row.next())
    throw DatabaseFailure(DatabaseFailure::Kind::broken, "is damaged: it has lost its clock");
  return {{row.text(0), row.integer(1), row.integer(2)}, row.integer(3)};
}

void write_clock(Database& database, const StoreTime& time) {
  database.run(
      "REPLACE INTO clock (one, boot_id, boot_ms, wall_ms, store_ms) VALUES (1, ?, ?, ?, ?)",
      {std::string_view(time.moment.boot_id), time.moment.boot_ms, time.moment.wall_ms,
       time.store_ms});
}

}  // namespace

void start_clock(Database& database, const TimeSource& time) {
  write_clock(database, {time.now(), 0});
}

Transaction::Transaction(Database& database, const TimeSource& time) : database_(database) {
  database_.begin();
  try {
    const StoreTime last = read_clock(database_);
    time_ = advance(last, time.now());
    new_boot_ = time_.moment.boot_id != last.moment.boot_id;
  } catch (...) {
    database_.rollback();
    throw;
  }
  changes_before_ = database_.total_changes();
}

Transaction::~Transaction() {
  database_.rollback();
}

void Transaction::run(const std::function<void(Transaction&)>& operation) {
  database_.run("SAVEPOINT operation");
  try {
    operation(*this);
  } catch (...) {
    database_.run("ROLLBACK TO operation");
    database_.run("RELEASE operation");
    throw;
  }
  database_.run("RELEASE operation");
}

void Transaction::commit() {
  if (new_boot_ || database_.total_changes() != changes_before_) write_clock(database_, time_);
  database_.commit();
}

}  // namespace sms2fa
