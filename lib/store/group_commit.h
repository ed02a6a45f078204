// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <thread>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/result.h"
#include "lib/store/transaction.h"

namespace sms2fa {

// Lets many callers share one commit: one thread takes everything that waits, in its order, and
// hands it on as one batch, while the next batch gathers. Records stand in a line of their own:
// each batch takes a few of them behind the rest, so that no crowd of them stands before what a
// login waits for. What nobody waits for is bounded, and the oldest of it dropped.
class GroupCommit {
 public:
  using Operation = std::function<void(Transaction&)>;

  // One operation of a batch. finish() lets its caller go; later calls do nothing.
  class Job {
   public:
    Job(Operation what, bool awaited) : operation_(std::move(what)), awaited_(awaited) {}
    const Operation& operation() const { return operation_; }
    void finish(Result<void> result) noexcept;
    std::future<Result<void>> outcome() { return done_.get_future(); }
    bool awaited() const { return awaited_; }

   private:
    Operation operation_;
    bool awaited_;
    bool finished_ = false;
    std::promise<Result<void>> done_;
  };

  static constexpr size_t kMostUnawaited = 1024;  // in each line

  // A list, because taking a part of one needs no memory.
  using Jobs = std::list<Job>;

  // Commits one batch and finishes its jobs. An error also ends everything that waits at that
  // moment: it would fail in the same way, only later. May throw.
  using CommitBatch = std::function<Result<void>(Jobs& batch)>;

  explicit GroupCommit(CommitBatch commit);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  // Commits what still waits. No other thread may be calling.
  ~GroupCommit();

  // Returns when the operation is committed, or has failed. `operation` runs on the other thread.
  Result<void> perform(Operation operation);
  // Returns at once. The operation goes with the next batch, or alone after a moment.
  void perform_soon(Operation operation);
  // The same for a record: a verdict, a counter.
  void record(Operation operation);
  // As perform(), but behind all records that came before.
  Result<void> perform_behind_records(Operation operation);

  // How many operations were dropped.
  uint64_t dropped();

 private:
  struct Line {
    Jobs jobs;
    size_t unawaited = 0;
  };

  std::future<Result<void>> enqueue(Line GroupCommit::*which, Operation operation, bool awaited);
  static void drop_oldest(Line& line, Jobs& dropped);
  void take(Line& line, size_t most, bool only_awaited_count, Jobs& batch) REQUIRES(mutex_);
  void work() noexcept;
  Jobs next_batch();
  void commit(Jobs batch) noexcept;
  Jobs take_all();

  const CommitBatch commit_;
  Mutex mutex_;
  Condition changed_;
  Line line_ GUARDED_BY(mutex_);
  Line records_ GUARDED_BY(mutex_);
  size_t awaited_ GUARDED_BY(mutex_) = 0;
  uint64_t dropped_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace sms2fa
