// SPDX-License-Identifier: Apache-2.0
#include "lib/session/worker_pool.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

TEST(a_task_runs_while_its_caller_goes_on) {
  std::promise<void> go;
  std::atomic<bool> done = false;
  WorkerPool workers(2);
  CHECK(workers.run([&] {
    go.get_future().wait();
    done = true;
  }));
  CHECK(!workers.finish(0ms));
  CHECK(!done);
  go.set_value();
  CHECK(workers.finish(1h));
  CHECK(done);
}

TEST(no_more_run_than_allowed) {
  std::promise<void> go;
  const auto wait = [gone = go.get_future().share()] { gone.wait(); };
  WorkerPool workers(2);
  CHECK(workers.run(wait));
  CHECK(workers.run(wait));
  bool ran = false;
  CHECK(!workers.run([&] { ran = true; }));
  go.set_value();
  CHECK(workers.finish(1h));
  CHECK(!ran);
  CHECK(workers.run([&] { ran = true; }));
  CHECK(workers.finish(1h));
  CHECK(ran);
}

TEST(what_a_task_held_is_gone_when_it_counts_as_ended) {
  WorkerPool workers(1);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> left = held;
  CHECK(workers.run([kept = std::move(held)] {}));
  CHECK(workers.finish(1h));
  CHECK(left.expired());
}

TEST(a_thread_that_has_ended_one_task_takes_the_next) {
  WorkerPool workers(1);
  std::thread::id first;
  std::thread::id second;
  CHECK(workers.run([&] { first = std::this_thread::get_id(); }));
  CHECK(workers.finish(1h));
  CHECK(workers.run([&] { second = std::this_thread::get_id(); }));
  CHECK(workers.finish(1h));
  CHECK(first == second);
}

TEST(a_crowd_leaves_no_crowd_of_threads) {
  constexpr unsigned kCrowd = 100;
  WorkerPool workers(kCrowd);
  std::promise<void> go;
  const auto gone = go.get_future().share();
  std::atomic<unsigned> done = 0;
  for (unsigned i = 0; i < kCrowd; ++i)
    CHECK(workers.run([&] {
      gone.wait();
      ++done;
    }));
  go.set_value();
  CHECK(workers.finish(1h));
  CHECK_EQ(done.load(), kCrowd);
  CHECK(workers.idle() > 0);
  CHECK(workers.idle() < kCrowd);
}

TEST(a_thread_that_cannot_be_had_leaves_nothing_half_counted) {
  static bool fails = false;
  WorkerPool workers(1, [](std::function<void()> work) {
    if (fails) throw std::bad_alloc();
    std::thread(std::move(work)).detach();
  });
  std::atomic<int> ran = 0;
  const auto held = std::make_shared<int>(1);
  fails = true;
  for (int i = 0; i < 3; ++i) CHECK(!workers.run([&ran, held] { ++ran; }));
  CHECK_EQ(held.use_count(), 1);
  CHECK(workers.finish(0ms));
  fails = false;
  for (int i = 0; i < 3; ++i) {
    CHECK(workers.run([&ran] { ++ran; }));
    CHECK(workers.finish(1h));
  }
  CHECK_EQ(ran.load(), 3);
}

TEST(destruction_waits) {
  std::atomic<bool> done = false;
  {
    WorkerPool workers(1);
    CHECK(workers.run([&] {
      std::this_thread::yield();
      done = true;
    }));
  }
  CHECK(done);
}
