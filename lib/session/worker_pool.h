// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace sms2fa {

// Work that its caller doesn't wait for: an attempt, or a message that a provider takes its time
// over. Thread-safe. Threads that have ended an task wait for the next one, a few of them: making
// a thread is a good part of what a login takes of the processor.
class WorkerPool {
 public:
  // Starts a detached thread that runs `work`; throws when none can be had.
  using StartThread = void (*)(std::function<void()> work);

  // `most` bounds how many are under way.
  explicit WorkerPool(unsigned most, StartThread start_thread = start_detached)
      : most_(most), start_thread_(start_thread) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Waits for all of them.
  ~WorkerPool();

  // Runs `task`, which must not throw, in a thread of its own. False, and nothing runs, when too
  // many are under way, or no thread or memory can be had.
  bool run(std::function<void()> task) noexcept;

  // Waits for the ends of all, at most `patience`. True when none is left.
  bool finish(Milliseconds patience);

  // Threads that wait for an task.
  unsigned idle();

 private:
  using Waiting = std::list<std::function<void()>>;

  static void start_detached(std::function<void()> work);
  bool start(Waiting& task);
  void work() noexcept;
  bool wait_for_one(MutexLock& lock) REQUIRES(mutex_);

  const unsigned most_;
  const StartThread start_thread_;
  Mutex mutex_;
  Condition begun_;
  Condition ended_;
  Waiting waiting_ GUARDED_BY(mutex_);
  unsigned under_way_ GUARDED_BY(mutex_) = 0;  // those that wait included
  unsigned threads_ GUARDED_BY(mutex_) = 0;
  unsigned idle_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace sms2fa
