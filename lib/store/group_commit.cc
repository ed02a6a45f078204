// SPDX-License-Identifier: Apache-2.0
#include "lib/store/group_commit.h"

#include <utility>

namespace sms2fa {

namespace {

constexpr size_t kMostInBatch = 128;
// What nobody waits for may wait this long for others to share its commit with.
constexpr Milliseconds kSoon{50};

// Without its words when there is no memory for them.
Result<void> copy_of(const Result<void>& result) noexcept {
  try {
    return result;
  } catch (...) {
    return Error{};
  }
}

}  // namespace

void GroupCommit::Job::finish(Result<void> result) noexcept {
  if (std::exchange(finished_, true)) return;
  done_.set_value(std::move(result));
}

GroupCommit::GroupCommit(CommitBatch commit, Tidy tidy)
    : commit_(std::move(commit)), tidy_(std::move(tidy)), thread_([this] { work(); }) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// With the mutex held.
std::future<Result<void>> GroupCommit::enqueue(Operation operation, bool awaited) {
  Job& job = jobs_.emplace_back(std::move(operation), awaited);
  if (awaited) ++awaited_;
  return job.outcome();
}

Result<void> GroupCommit::perform(Operation operation) {
  Lock lock(mutex_);
  auto outcome = enqueue(std::move(operation), true);
  // Whoever is at work looks for more before it rests.
  if (!committing_) commit(take_batch(), lock);
  lock.unlock();
  return outcome.get();
}

Result<void> GroupCommit::look(Operation operation) {
  Lock lock(mutex_);
  if (committing_) {
    auto outcome = enqueue(std::move(operation), true);
    lock.unlock();
    return outcome.get();
  }
  Jobs alone;
  auto outcome = alone.emplace_back(std::move(operation), true).outcome();
  commit(std::move(alone), lock);
  lock.unlock();
  return outcome.get();
}

void GroupCommit::perform_soon(Operation operation) {
  const std::lock_guard lock(mutex_);
  (void)enqueue(std::move(operation), false).valid();
  if (jobs_.size() == 1) changed_.notify_one();
}

// With the mutex held.
GroupCommit::Jobs GroupCommit::take_batch() {
  Jobs batch;
  auto end = jobs_.begin();
  for (size_t size = 0; end != jobs_.end() && size < kMostInBatch; ++end, ++size)
    if (end->awaited()) --awaited_;
  batch.splice(batch.end(), jobs_, jobs_.begin(), end);
  return batch;
}

// By a caller, who leaves to the thread what is left.
void GroupCommit::commit(Jobs batch, Lock& lock) noexcept {
  committing_ = true;
  ++untidied_;
  lock.unlock();
  commit_unlocked(batch);
  lock.lock();
  committing_ = false;
  if (!jobs_.empty() || untidy()) changed_.notify_one();
}

void GroupCommit::commit_unlocked(Jobs& batch) noexcept {
  Result<void> committed;
  try {
    committed = commit_(batch);
  } catch (...) {
    // Out of memory, most likely.
    committed = Error{};
  }
  // Taken before anybody is let go: who comes back after an error is not of those who waited.
  Jobs waiting;
  if (!committed) {
    const std::lock_guard lock(mutex_);
    awaited_ = 0;
    waiting.swap(jobs_);
  }
  for (Job& job : batch) job.finish(committed.ok() ? Error{} : copy_of(committed));
  for (Job& job : waiting) job.finish(copy_of(committed));
}

void GroupCommit::tidy() noexcept {
  try {
    tidy_();
  } catch (...) {
    // Out of memory: the next time is another chance.
  }
}

void GroupCommit::work() noexcept {
  Lock lock(mutex_);
  while (!stopping_ || !jobs_.empty() || untidy()) {
    const auto due = [this] { return awaited_ > 0 || untidy() || stopping_; };
    changed_.wait(lock, [&] { return !jobs_.empty() || due(); });
    changed_.wait_for(lock, kSoon, due);
    changed_.wait(lock, [this] { return !committing_; });
    Jobs batch = take_batch();
    committing_ = true;
    untidied_ = 0;
    lock.unlock();
    if (!batch.empty()) commit_unlocked(batch);
    tidy();
    batch.clear();
    lock.lock();
    committing_ = false;
  }
}

}  // namespace sms2fa
