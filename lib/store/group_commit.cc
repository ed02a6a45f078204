// SPDX-License-Identifier: Apache-2.0
#include "lib/store/group_commit.h"

#include <algorithm>
#include <utility>

namespace sms2fa {

namespace {

constexpr size_t kMostInBatch = 128;
// Small beside the sync that a batch waits for.
constexpr size_t kMostRecordsInBatch = 32;
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

GroupCommit::GroupCommit(CommitBatch commit)
    : commit_(std::move(commit)), thread_([this] { work(); }) {}

GroupCommit::~GroupCommit() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::future<Result<void>> GroupCommit::enqueue(Line GroupCommit::*which, Operation operation,
                                               bool awaited) {
  Jobs dropped;  // ends after the lock is free
  const MutexLock lock(mutex_);
  Line& line = this->*which;
  Job& job = line.jobs.emplace_back(std::move(operation), awaited);
  auto outcome = job.outcome();
  if (awaited) ++awaited_;
  if (!awaited && ++line.unawaited > kMostUnawaited) {
    drop_oldest(line, dropped);
    ++dropped_;
  }
  if (awaited || line_.jobs.size() + records_.jobs.size() == 1) changed_.notify_one();
  return outcome;
}

void GroupCommit::drop_oldest(Line& line, Jobs& dropped) {
  const auto oldest = std::find_if(line.jobs.begin(), line.jobs.end(),
                                   [](const Job& job) { return !job.awaited(); });
  dropped.splice(dropped.end(), line.jobs, oldest);
  --line.unawaited;
}

Result<void> GroupCommit::perform(Operation operation) {
  return enqueue(&GroupCommit::line_, std::move(operation), true).get();
}

void GroupCommit::perform_soon(Operation operation) {
  (void)enqueue(&GroupCommit::line_, std::move(operation), false).valid();
}

void GroupCommit::record(Operation operation) {
  (void)enqueue(&GroupCommit::records_, std::move(operation), false).valid();
}

Result<void> GroupCommit::perform_behind_records(Operation operation) {
  return enqueue(&GroupCommit::records_, std::move(operation), true).get();
}

uint64_t GroupCommit::dropped() {
  const MutexLock lock(mutex_);
  return dropped_;
}

// The first of a line, `most` of the awaited or of all.
void GroupCommit::take(Line& line, size_t most, bool only_awaited_count, Jobs& batch) {
  auto end = line.jobs.begin();
  for (size_t size = 0; end != line.jobs.end() && size < most; ++end) {
    if (end->awaited()) --awaited_;
    if (!end->awaited()) --line.unawaited;
    if (end->awaited() || !only_awaited_count) ++size;
  }
  batch.splice(batch.end(), line.jobs, line.jobs.begin(), end);
}

// Empty when it is time to end.
GroupCommit::Jobs GroupCommit::next_batch() {
  MutexLock lock(mutex_);
  const auto due = [this]() REQUIRES(mutex_) { return awaited_ > 0 || stopping_; };
  changed_.wait(lock, [this]() REQUIRES(mutex_) {
    return stopping_ || !line_.jobs.empty() || !records_.jobs.empty();
  });
  changed_.wait_for(lock, kSoon, due);
  Jobs batch;
  take(line_, kMostInBatch, true, batch);
  take(records_, kMostRecordsInBatch, false, batch);
  return batch;
}

void GroupCommit::commit(Jobs batch) noexcept {
  Result<void> committed;
  try {
    committed = commit_(batch);
  } catch (...) {
    // Out of memory, most likely.
    committed = Error{};
  }
  // Taken before anybody is let go: who comes back after an error is not of those who waited.
  Jobs waiting;
  if (!committed) waiting = take_all();
  for (Job& job : batch) job.finish(committed.ok() ? Error{} : copy_of(committed));
  for (Job& job : waiting) job.finish(copy_of(committed));
}

GroupCommit::Jobs GroupCommit::take_all() {
  const MutexLock lock(mutex_);
  awaited_ = line_.unawaited = records_.unawaited = 0;
  Jobs all = std::exchange(line_.jobs, {});
  all.splice(all.end(), records_.jobs);
  return all;
}

void GroupCommit::work() noexcept {
  for (;;) {
    auto batch = next_batch();
    if (batch.empty()) return;
    commit(std::move(batch));
  }
}

}  // namespace sms2fa
