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

GroupCommit::GroupCommit(CommitBatch commit)
    : commit_(std::move(commit)), thread_([this] { work(); }) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::future<Result<void>> GroupCommit::enqueue(Operation operation, bool awaited) {
  const std::lock_guard lock(mutex_);
  Job& job = jobs_.emplace_back(std::move(operation), awaited);
  if (awaited) ++awaited_;
  if (awaited || jobs_.size() == 1) changed_.notify_one();
  return job.outcome();
}

Result<void> GroupCommit::perform(Operation operation) {
  return enqueue(std::move(operation), true).get();
}

void GroupCommit::perform_soon(Operation operation) {
  (void)enqueue(std::move(operation), false).valid();
}

// Empty when it is time to end.
GroupCommit::Jobs GroupCommit::next_batch() {
  std::unique_lock lock(mutex_);
  const auto due = [this] { return awaited_ > 0 || stopping_; };
  changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
  changed_.wait_for(lock, kSoon, due);
  Jobs batch;
  auto end = jobs_.begin();
  for (size_t size = 0; end != jobs_.end() && size < kMostInBatch; ++end, ++size)
    if (end->awaited()) --awaited_;
  batch.splice(batch.end(), jobs_, jobs_.begin(), end);
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
  const std::lock_guard lock(mutex_);
  awaited_ = 0;
  return std::exchange(jobs_, {});
}

void GroupCommit::work() noexcept {
  for (;;) {
    auto batch = next_batch();
    if (batch.empty()) return;
    commit(std::move(batch));
  }
}

}  // namespace sms2fa
