// SPDX-License-Identifier: Apache-2.0
#include "lib/session/errands.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

TEST(an_errand_runs_while_its_caller_goes_on) {
  std::promise<void> go;
  std::atomic<bool> done = false;
  Errands errands(2);
  CHECK(errands.run([&] {
    go.get_future().wait();
    done = true;
  }));
  CHECK(!errands.finish(0ms));
  CHECK(!done);
  go.set_value();
  CHECK(errands.finish(1h));
  CHECK(done);
}

TEST(no_more_run_than_allowed) {
  std::promise<void> go;
  const auto wait = [gone = go.get_future().share()] { gone.wait(); };
  Errands errands(2);
  CHECK(errands.run(wait));
  CHECK(errands.run(wait));
  bool ran = false;
  CHECK(!errands.run([&] { ran = true; }));
  go.set_value();
  CHECK(errands.finish(1h));
  CHECK(!ran);
  CHECK(errands.run([&] { ran = true; }));
  CHECK(errands.finish(1h));
  CHECK(ran);
}

TEST(what_an_errand_held_is_gone_when_it_counts_as_ended) {
  Errands errands(1);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> left = held;
  CHECK(errands.run([kept = std::move(held)] {}));
  CHECK(errands.finish(1h));
  CHECK(left.expired());
}

TEST(a_thread_that_has_ended_one_errand_takes_the_next) {
  Errands errands(1);
  std::thread::id first;
  std::thread::id second;
  CHECK(errands.run([&] { first = std::this_thread::get_id(); }));
  CHECK(errands.finish(1h));
  CHECK(errands.run([&] { second = std::this_thread::get_id(); }));
  CHECK(errands.finish(1h));
  CHECK(first == second);
}

TEST(a_crowd_leaves_no_crowd_of_threads) {
  constexpr unsigned kCrowd = 100;
  Errands errands(kCrowd);
  std::promise<void> go;
  const auto gone = go.get_future().share();
  std::atomic<unsigned> done = 0;
  for (unsigned i = 0; i < kCrowd; ++i)
    CHECK(errands.run([&] {
      gone.wait();
      ++done;
    }));
  go.set_value();
  CHECK(errands.finish(1h));
  CHECK_EQ(done.load(), kCrowd);
  CHECK(errands.idle() > 0);
  CHECK(errands.idle() < kCrowd);
}

TEST(a_thread_that_cannot_be_had_leaves_nothing_half_counted) {
  static bool fails = false;
  Errands errands(1, [](std::function<void()> work) {
    if (fails) throw std::bad_alloc();
    std::thread(std::move(work)).detach();
  });
  std::atomic<int> ran = 0;
  const auto held = std::make_shared<int>(1);
  fails = true;
  for (int i = 0; i < 3; ++i) CHECK(!errands.run([&ran, held] { ++ran; }));
  CHECK_EQ(held.use_count(), 1);
  CHECK(errands.finish(0ms));
  fails = false;
  for (int i = 0; i < 3; ++i) {
    CHECK(errands.run([&ran] { ++ran; }));
    CHECK(errands.finish(1h));
  }
  CHECK_EQ(ran.load(), 3);
}

TEST(destruction_waits) {
  std::atomic<bool> done = false;
  {
    Errands errands(1);
    CHECK(errands.run([&] {
      std::this_thread::yield();
      done = true;
    }));
  }
  CHECK(done);
}
