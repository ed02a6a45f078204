// SPDX-License-Identifier: Apache-2.0
#include "lib/session/worker_pool.h"

#include <exception>
#include <thread>
#include <utility>

namespace sms2fa {

namespace {

constexpr unsigned kMostIdle = 32;

}  // namespace

WorkerPool::~WorkerPool() {
  MutexLock lock(mutex_);
  stopping_ = true;
  begun_.notify_all();
  ended_.wait(lock, [this]() REQUIRES(mutex_) { return threads_ == 0; });
}

void WorkerPool::start_detached(std::function<void()> work) {
  std::thread(std::move(work)).detach();
}

bool WorkerPool::run(std::function<void()> task) noexcept {
  try {
    Waiting mine;
    mine.push_back(std::move(task));
    return start(mine);
  } catch (const std::exception&) {
    return false;
  }
}

// Throws only before anything has changed: what is half counted would deny everybody for good.
bool WorkerPool::start(Waiting& task) {
  const MutexLock lock(mutex_);
  if (under_way_ >= most_) return false;
  const bool somebody_is_idle = waiting_.size() < idle_;
  // The new thread waits for the lock, and so finds its task.
  if (!somebody_is_idle) {
    start_thread_([this] { work(); });
    ++threads_;
  }
  waiting_.splice(waiting_.end(), task);
  ++under_way_;
  if (somebody_is_idle) begun_.notify_one();
  return true;
}

// False when there is nothing left to do for this thread.
bool WorkerPool::wait_for_one(MutexLock& lock) {
  while (waiting_.empty()) {
    if (stopping_ || idle_ >= kMostIdle) return false;
    ++idle_;
    begun_.wait(lock);
    --idle_;
  }
  return true;
}

void WorkerPool::work() noexcept {
  MutexLock lock(mutex_);
  while (wait_for_one(lock)) {
    Waiting mine;
    mine.splice(mine.end(), waiting_, waiting_.begin());
    lock.unlock();
    mine.front()();
    // What the task held must be gone before anybody may think that it has ended.
    mine.clear();
    lock.lock();
    --under_way_;
    ended_.notify_all();
  }
  --threads_;
  ended_.notify_all();
}

bool WorkerPool::finish(Milliseconds patience) {
  MutexLock lock(mutex_);
  return ended_.wait_for(lock, patience, [this]() REQUIRES(mutex_) { return under_way_ == 0; });
}

unsigned WorkerPool::idle() {
  const MutexLock lock(mutex_);
  return idle_;
}

}  // namespace sms2fa
