// SPDX-License-Identifier: Apache-2.0
#include "lib/store/group_commit.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;
using Batch = GroupCommit::Jobs;

namespace {

void nothing(Transaction&) {}

// Does nothing too, and can be told from others.
struct Numbered {
  int number;
  void operator()(Transaction&) const {}
};

Result<void> finish_all(Batch& batch) {
  for (auto& job : batch) job.finish({});
  return {};
}

// Waits until the thread with this id, which the thread itself writes, sleeps.
void await_sleep(const std::atomic<pid_t>& thread) {
  while (thread == 0) std::this_thread::yield();
  const std::string status = "/proc/self/task/" + std::to_string(thread) + "/stat";
  char state = 0;
  while (state != 'S') {
    std::ifstream file(status);
    file.ignore(1000, ')') >> state;
  }
}

}  // namespace

TEST(callers_that_come_during_a_commit_share_the_next) {
  constexpr int kCallers = 20;
  std::latch first_began(1), release_retired(1);
  std::atomic<int> batches = 0;
  std::atomic<size_t> largest = 0;
  GroupCommit commits([&](Batch& batch) {
    if (batches++ == 0) {
      first_began.count_down();
      release_retired.wait();
    }
    largest = std::max(largest.load(), batch.size());
    return finish_all(batch);
  });
  std::thread first([&] { CHECK(commits.perform(nothing).ok()); });
  first_began.wait();
  std::atomic<int> done = 0;
  for (int i = 0; i < kCallers; ++i) commits.perform_soon(nothing);
  std::thread last([&] { done += commits.perform(nothing).ok(); });
  release_retired.count_down();
  first.join();
  last.join();
  CHECK_EQ(done.load(), 1);
  CHECK(batches <= 3);
  CHECK(largest >= size_t{kCallers});
}

TEST(what_nobody_waits_for_is_committed_all_the_same) {
  std::atomic<size_t> committed = 0;
  {
    GroupCommit commits([&](Batch& batch) {
      committed += batch.size();
      return finish_all(batch);
    });
    for (int i = 0; i < 300; ++i) commits.perform_soon(nothing);
  }
  CHECK_EQ(committed.load(), 300u);
}

TEST(a_crowd_of_records_stands_before_nobody_and_is_bounded) {
  std::latch began(1), release_retired(1);
  std::atomic<int> batches = 0;
  std::atomic<size_t> records_before = 0;
  std::atomic<bool> is_done = false;
  std::atomic<size_t> written = 0;
  {
    GroupCommit commits([&](Batch& batch) {
      if (batches++ == 0) {
        began.count_down();
        release_retired.wait();
      } else if (!is_done) {
        for (auto& job : batch)
          if (!job.awaited()) ++records_before;
        is_done = batch.front().awaited();
      }
      written += batch.size();
      return finish_all(batch);
    });
    std::thread first([&] { CHECK(commits.perform(nothing).ok()); });
    began.wait();
    for (int i = 0; i < 100'000; ++i) commits.record(nothing);
    CHECK_EQ(commits.dropped(), 100'000 - GroupCommit::kMostUnawaited);
    std::atomic<pid_t> id = 0;
    std::thread login([&] {
      id = gettid();
      CHECK(commits.perform(nothing).ok());
    });
    await_sleep(id);
    release_retired.count_down();
    first.join();
    login.join();
    // A login that comes behind a hundred thousand goes with the first batches.
    CHECK(is_done);
    CHECK(records_before <= 64);
    CHECK(commits.perform_behind_records(nothing).ok());
    CHECK(written >= GroupCommit::kMostUnawaited);
  }
}

TEST(what_is_dropped_is_the_oldest_that_nobody_waits_for) {
  std::latch began(1), release_retired(1);
  std::atomic<int> batches = 0;
  std::vector<int> done;
  {
    GroupCommit commits([&](Batch& batch) {
      if (batches++ == 0) {
        began.count_down();
        release_retired.wait();
      }
      for (auto& job : batch)
        if (const auto* numbered = job.operation().target<Numbered>())
          done.push_back(numbered->number);
      return finish_all(batch);
    });
    std::thread first([&] { CHECK(commits.perform(nothing).ok()); });
    began.wait();
    const int all = static_cast<int>(GroupCommit::kMostUnawaited) + 3;
    for (int i = 0; i < all; ++i) commits.perform_soon(Numbered{i});
    release_retired.count_down();
    first.join();
  }
  REQUIRE(done.size() == GroupCommit::kMostUnawaited);
  CHECK_EQ(done.front(), 3);
}

TEST(an_error_reaches_every_caller) {
  GroupCommit commits([](Batch&) -> Result<void> {
    return make_error(ErrorKind::unavailable, "the disk is full");
  });
  const auto result = commits.perform(nothing);
  REQUIRE(!result.ok());
  CHECK_EQ(result.error().message, "the disk is full");
}

TEST(an_error_ends_those_who_wait_too) {
  std::latch began(1), release_retired(1);
  std::atomic<int> batches = 0, failed = 0;
  GroupCommit commits([&](Batch&) -> Result<void> {
    if (batches++ == 0) {
      began.count_down();
      release_retired.wait();
    }
    return make_error(ErrorKind::unavailable, "locked");
  });
  std::thread first([&] { failed += !commits.perform(nothing).ok(); });
  began.wait();
  std::thread second([&] { failed += !commits.perform(nothing).ok(); });
  release_retired.count_down();
  first.join();
  second.join();
  CHECK_EQ(failed.load(), 2);
}

TEST(a_single_failure_is_its_own_callers) {
  GroupCommit commits([](Batch& batch) {
    for (auto& job : batch) job.finish(make_error(ErrorKind::internal, "only this one"));
    return finish_all(batch);
  });
  CHECK(!commits.perform(nothing).ok());
}

TEST(a_commit_that_throws_or_forgets_a_job_is_an_error) {
  std::atomic<bool> throws = true;
  GroupCommit commits([&](Batch&) -> Result<void> {
    if (throws) throw std::bad_alloc();
    return {};
  });
  CHECK(!commits.perform(nothing).ok());
  throws = false;
  CHECK(!commits.perform(nothing).ok());
}
