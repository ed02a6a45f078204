// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "lib/store/database.h"
#include "lib/store/store_time.h"

namespace sms2fa {

// One write transaction at one moment of the store's time, which it writes down with what it
// changes. Undone by the destructor unless commit() has returned. Everything throws
// DatabaseFailure.
class Transaction {
 public:
  // Takes the write lock. Both must outlive the transaction.
  Transaction(Database& database, const TimeSource& time);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Database& database() { return database_; }
  int64_t now_ms() const { return time_.store_ms; }
  // The calendar's, which may jump.
  int64_t wall_ms() const { return time_.moment.wall_ms; }

  // Runs one operation so that its failure undoes its own changes only; passes on what it throws.
  void run(const std::function<void(Transaction&)>& operation);

  // Durable when it returns.
  void commit();

 private:
  Database& database_;
  StoreTime time_;
  bool new_boot_ = false;
  int64_t changes_before_;
};

// Writes the first time of a new store.
void start_clock(Database& database, const TimeSource& time);

}  // namespace sms2fa
