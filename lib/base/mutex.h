// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/thread_annotations.h"

namespace sms2fa {

// The standard's mutex, lock and condition variable, in a form that clang can check (libstdc++'s
// have no annotations). All of lib/ and programs/ lock with these.
class CAPABILITY("mutex") Mutex {
 private:
  friend class MutexLock;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() RELEASE() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // For what must not be done under the lock, halfway.
  void unlock() RELEASE() { lock_.unlock(); }
  void lock() ACQUIRE() { lock_.lock(); }

 private:
  friend class Condition;
  std::unique_lock<std::mutex> lock_;
};

// What a thread waits for. A predicate is called with the lock held, which it has to say itself:
// `[this]() REQUIRES(mutex_) { … }`.
class Condition {
 public:
  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

  void wait(MutexLock& lock) { changed_.wait(lock.lock_); }
  void wait_until(MutexLock& lock, SteadyTime time) { changed_.wait_until(lock.lock_, time); }

  template <typename When>
  void wait(MutexLock& lock, When when) {
    changed_.wait(lock.lock_, std::move(when));
  }
  // These return what `when` says in the end.
  template <typename When>
  bool wait_until(MutexLock& lock, SteadyTime time, When when) {
    return changed_.wait_until(lock.lock_, time, std::move(when));
  }
  template <typename When>
  bool wait_for(MutexLock& lock, Milliseconds time, When when) {
    return changed_.wait_for(lock.lock_, time, std::move(when));
  }

 private:
  std::condition_variable changed_;
};

}  // namespace sms2fa
