// SPDX-License-Identifier: Apache-2.0
#include "lib/store/group_commit.h"

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include "tests/support/test.h"

using namespace sms2fa;
using Batch = GroupCommit::Jobs;

namespace {

void nothing(Transaction&) {}
void leave_as_it_is() {}

Result<void> finish_all(Batch& batch) {
  for (auto& job : batch) job.finish({});
  return {};
}

}  // namespace

TEST(callers_that_come_during_a_commit_share_the_next) {
  constexpr int kCallers = 20;
  std::latch first_began(1), let_go(1);
  std::atomic<int> batches = 0;
  std::atomic<size_t> largest = 0;
  GroupCommit commits(
      [&](Batch& batch) {
        if (batches++ == 0) {
          first_began.count_down();
          let_go.wait();
        }
        largest = std::max(largest.load(), batch.size());
        return finish_all(batch);
      },
      leave_as_it_is);
  std::thread first([&] { CHECK(commits.perform(nothing).ok()); });
  first_began.wait();
  std::atomic<int> done = 0;
  for (int i = 0; i < kCallers; ++i) commits.perform_soon(nothing);
  std::thread last([&] { done += commits.perform(nothing).ok(); });
  let_go.count_down();
  first.join();
  last.join();
  CHECK_EQ(done.load(), 1);
  CHECK(batches <= 3);
  CHECK(largest >= size_t{kCallers});
}

TEST(what_nobody_waits_for_is_committed_all_the_same) {
  std::atomic<size_t> committed = 0;
  {
    GroupCommit commits(
        [&](Batch& batch) {
          committed += batch.size();
          return finish_all(batch);
        },
        leave_as_it_is);
    for (int i = 0; i < 300; ++i) commits.perform_soon(nothing);
  }
  CHECK_EQ(committed.load(), 300u);
}

TEST(an_error_reaches_every_caller) {
  GroupCommit commits(
      [](Batch&) -> Result<void> { return make_error(ErrorKind::unavailable, "the disk is full"); },
      leave_as_it_is);
  const auto result = commits.perform(nothing);
  REQUIRE(!result.ok());
  CHECK_EQ(result.error().message, "the disk is full");
}

TEST(an_error_ends_those_who_wait_too) {
  std::latch began(1), let_go(1);
  std::atomic<int> batches = 0, failed = 0;
  GroupCommit commits(
      [&](Batch&) -> Result<void> {
        if (batches++ == 0) {
          began.count_down();
          let_go.wait();
        }
        return make_error(ErrorKind::unavailable, "locked");
      },
      leave_as_it_is);
  std::thread first([&] { failed += !commits.perform(nothing).ok(); });
  began.wait();
  std::thread second([&] { failed += !commits.perform(nothing).ok(); });
  let_go.count_down();
  first.join();
  second.join();
  CHECK_EQ(failed.load(), 2);
}

TEST(a_single_failure_is_its_own_callers) {
  GroupCommit commits(
      [](Batch& batch) {
        for (auto& job : batch) job.finish(make_error(ErrorKind::internal, "only this one"));
        return finish_all(batch);
      },
      leave_as_it_is);
  CHECK(!commits.perform(nothing).ok());
}

TEST(a_commit_that_throws_or_forgets_a_job_is_an_error) {
  std::atomic<bool> throws = true;
  GroupCommit commits(
      [&](Batch&) -> Result<void> {
        if (throws) throw std::bad_alloc();
        return {};
      },
      leave_as_it_is);
  CHECK(!commits.perform(nothing).ok());
  throws = false;
  CHECK(!commits.perform(nothing).ok());
}

TEST(who_finds_nobody_at_work_commits_by_itself_and_what_waits_goes_along) {
  std::atomic<int> alone = 0, together = 0;
  GroupCommit commits(
      [&, self = std::this_thread::get_id()](Batch& batch) {
        if (std::this_thread::get_id() == self) ++(batch.size() == 1 ? alone : together);
        return finish_all(batch);
      },
      leave_as_it_is);
  for (int i = 0; i < 20; ++i) {
    commits.perform_soon(nothing);  // the thread may be quicker, but not every time
    CHECK(commits.perform(nothing).ok());
  }
  CHECK_EQ(alone + together, 20);
  CHECK(together > 0);
}

TEST(a_look_does_not_wait_for_what_nobody_waits_for) {
  std::atomic<size_t> largest = 0;
  {
    GroupCommit commits(
        [&](Batch& batch) {
          largest = std::max(largest.load(), batch.size());
          return finish_all(batch);
        },
        leave_as_it_is);
    for (int i = 0; i < 3; ++i) commits.perform_soon(nothing);
    CHECK(commits.look(nothing).ok());
  }
  CHECK(largest <= 3);
}

TEST(a_look_during_a_commit_comes_next) {
  std::latch began(1), let_go(1);
  std::atomic<int> batches = 0;
  GroupCommit commits(
      [&](Batch& batch) {
        if (batches++ == 0) {
          began.count_down();
          let_go.wait();
        }
        return finish_all(batch);
      },
      leave_as_it_is);
  std::thread first([&] { CHECK(commits.perform(nothing).ok()); });
  began.wait();
  std::thread second([&] { CHECK(commits.look(nothing).ok()); });
  let_go.count_down();
  first.join();
  second.join();
  CHECK_EQ(batches.load(), 2);
}

TEST(callers_do_not_tidy_and_it_is_done_all_the_same) {
  std::latch tidied(1);
  std::thread::id by;
  GroupCommit commits(finish_all, [&] {
    if (by != std::thread::id()) return;
    by = std::this_thread::get_id();
    tidied.count_down();
  });
  for (int i = 0; i < 100; ++i) CHECK(commits.perform(nothing).ok());
  tidied.wait();
  CHECK(by != std::this_thread::get_id());
}
