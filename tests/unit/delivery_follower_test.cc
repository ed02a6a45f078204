// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/delivery_follower.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

constexpr DeliveryFollower::Schedule kQuick{.first = Milliseconds(1),
                                            .longest = Milliseconds(2),
                                            .between = Milliseconds(0),
                                            .most_messages = 2};
constexpr std::chrono::seconds kAmple{20};

SteadyTime after(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

// Says what the script says, and its last line from then on.
class TalkingProvider final : public StatusSource, public Redactor {
 public:
  explicit TalkingProvider(std::vector<DeliveryState> script) : script_(std::move(script)) {}
  operator DeliveryFollower::Provider() { return {*this, empties ? this : nullptr}; }
  DeliveryStatus delivery_status(const std::string& id, Medium, SteadyTime) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(id);
    times_.push_back(std::chrono::steady_clock::now());
    const size_t line = std::min(asked_.size(), script_.size()) - 1;
    return {.state = script_[line], .word = "word", .detail = "detail"};
  }
  bool redact(const std::string& id, SteadyTime) override {
    const std::lock_guard lock(mutex_);
    emptied_.push_back(id);
    if (emptied_.size() < confirms_at) return false;
    confirmed.set_value();
    return true;
  }
  size_t asked() const {
    const std::lock_guard lock(mutex_);
    return asked_.size();
  }
  std::vector<SteadyTime> times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }
  size_t emptied() const {
    const std::lock_guard lock(mutex_);
    return emptied_.size();
  }

  bool empties = false;
  size_t confirms_at = 1;
  std::promise<void> confirmed;

 private:
  const std::vector<DeliveryState> script_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::vector<SteadyTime> times_;
  std::vector<std::string> emptied_;
};

struct LastStatus {
  std::promise<DeliveryStatus> promise;
  DeliveryCallback callback() {
    return [this](const DeliveryStatus& status) { promise.set_value(status); };
  }
  DeliveryStatus wait() {
    auto future = promise.get_future();
    REQUIRE(future.wait_for(kAmple) == std::future_status::ready);
    return future.get();
  }
};

}  // namespace

TEST(a_message_is_followed_to_its_end) {
  for (const DeliveryState end : {DeliveryState::delivered, DeliveryState::failed}) {
    TalkingProvider provider({DeliveryState::pending, DeliveryState::unknown, end});
    LastStatus last;
    DeliveryFollower follower(kQuick);
    const auto message =
        follower.follow(provider, "SM1", Medium::sms, after(kAmple), last.callback());
    REQUIRE(message != nullptr);
    CHECK_EQ(last.wait().state, end);
    CHECK_EQ(message->status().state, end);
    CHECK_EQ(message->status().detail, "detail");
    CHECK_EQ(provider.asked(), 3u);
    CHECK_EQ(provider.emptied(), 0u);
  }
}

TEST(it_is_asked_about_less_and_less_often) {
  constexpr int kPauses[] = {20, 20, 30, 45, 67, 80, 80};
  std::vector<DeliveryState> script(std::size(kPauses), DeliveryState::pending);
  script.back() = DeliveryState::delivered;
  TalkingProvider provider(script);
  LastStatus last;
  auto schedule = kQuick;
  schedule.first = Milliseconds(20);
  schedule.longest = Milliseconds(80);
  DeliveryFollower follower(schedule);
  SteadyTime earliest = after(Milliseconds(0));
  follower.follow(provider, "SM1", Medium::sms, after(kAmple), last.callback());
  CHECK_EQ(last.wait().state, DeliveryState::delivered);
  const auto times = provider.times();
  REQUIRE(times.size() == std::size(kPauses));
  // From the beginning: a busy machine may be late with one question and in time with the next.
  for (size_t i = 0; i < times.size(); ++i) {
    earliest += Milliseconds(kPauses[i]);
    CHECK(times[i] >= earliest);
  }
}

TEST(until_it_is_known_a_message_is_pending) {
  TalkingProvider provider({DeliveryState::pending});
  DeliveryFollower follower;
  const auto message = follower.follow(provider, "SM1", Medium::sms, after(kAmple), {});
  REQUIRE(message != nullptr);
  CHECK_EQ(message->status().state, DeliveryState::pending);
}

TEST(when_the_time_is_up_it_is_unknown) {
  TalkingProvider provider({DeliveryState::pending});
  LastStatus last;
  DeliveryFollower follower(kQuick);
  follower.follow(provider, "SM1", Medium::sms, after(Milliseconds(20)), last.callback());
  const auto status = last.wait();
  CHECK_EQ(status.state, DeliveryState::unknown);
  CHECK_EQ(status.word, "word");
}

TEST(afterwards_the_text_is_emptied_where_it_is_wanted) {
  TalkingProvider provider({DeliveryState::delivered});
  provider.empties = true;
  provider.confirms_at = 3;
  LastStatus last;
  DeliveryFollower follower(kQuick);
  follower.follow(provider, "SM1", Medium::sms, after(kAmple), last.callback());
  CHECK_EQ(last.wait().state, DeliveryState::delivered);
  auto confirmed = provider.confirmed.get_future();
  REQUIRE(confirmed.wait_for(kAmple) == std::future_status::ready);
  CHECK_EQ(provider.emptied(), 3u);
}

TEST(no_more_than_so_many_are_followed) {
  TalkingProvider provider({DeliveryState::pending});
  DeliveryFollower follower(kQuick);
  CHECK(follower.follow(provider, "SM1", Medium::sms, after(kAmple), {}) != nullptr);
  CHECK(follower.follow(provider, "SM2", Medium::sms, after(kAmple), {}) != nullptr);
  CHECK(follower.follow(provider, "SM3", Medium::sms, after(kAmple), {}) == nullptr);
}

TEST(of_those_that_are_too_many_one_is_told_once_in_a_while) {
  for (const bool empties : {false, true}) {
    TalkingProvider provider({DeliveryState::pending});
    provider.empties = empties;
    auto schedule = kQuick;
    schedule.most_messages = 0;
    std::vector<DeliveryStatus> told;
    const auto tell = [&](const DeliveryStatus& status) { told.push_back(status); };
    DeliveryFollower follower(schedule);
    for (const char* id : {"SM1", "SM2", "SM3"})
      CHECK(follower.follow(provider, id, Medium::sms, after(kAmple), tell) == nullptr);
    REQUIRE(told.size() == 1);
    CHECK_EQ(told[0].state, DeliveryState::unknown);
    CHECK_EQ(told[0].detail, std::string("too many messages are under way: not followed") +
                                 (empties ? ", and not emptied at the provider" : ""));
    schedule.diagnostics = Milliseconds(0);
    DeliveryFollower talkative(schedule);
    for (const char* id : {"SM1", "SM2"})
      talkative.follow(provider, id, Medium::sms, after(kAmple), tell);
    CHECK_EQ(told.size(), 3u);
  }
}

TEST(a_crowd_is_followed_and_each_is_told_once) {
  constexpr unsigned kThreads = 4;
  constexpr unsigned kMessages = 10;
  TalkingProvider provider({DeliveryState::pending, DeliveryState::delivered});
  std::array<std::atomic<unsigned>, size_t{kThreads} * kMessages> told{};
  {
    auto schedule = kQuick;
    schedule.most_messages = told.size();
    DeliveryFollower follower(schedule);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i)
      threads.emplace_back([&, i] {
        for (unsigned n = 0; n < kMessages; ++n) {
          auto& mine = told[i * kMessages + n];
          follower.follow(provider, "SM1", Medium::sms, after(kAmple),
                          [&mine](const DeliveryStatus&) { ++mine; });
        }
      });
    for (auto& thread : threads) thread.join();
  }
  for (const auto& count : told) CHECK_EQ(count.load(), 1u);
}

TEST(at_the_end_everybody_is_told) {
  TalkingProvider provider({DeliveryState::pending});
  LastStatus last;
  {
    DeliveryFollower follower;
    follower.follow(provider, "SM1", Medium::sms, after(kAmple), last.callback());
  }
  CHECK_EQ(last.wait().state, DeliveryState::unknown);
}
