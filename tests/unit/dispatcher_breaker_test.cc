// SPDX-License-Identifier: Apache-2.0
// Providers that keep failing, or ask to be left alone.
#include <atomic>
#include <thread>

#include "tests/support/test.h"
#include "tests/unit/dispatcher_fixture.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(whoever_keeps_failing_is_set_aside_and_tried_again) {
  DispatcherFixture one;
  std::vector<std::string> states;
  auto& first = one.add("first", SendStatus::try_elsewhere);
  one.add("second", SendStatus::accepted);
  one.deliver();
  one.dispatcher->observe([&](const ProviderHealth& health) {
    states.push_back(health.provider + " " + std::string(to_string(health.circuit)) + " " +
                     std::to_string(health.failures));
  });
  one.deliver();
  one.deliver();
  one.sends();
  const auto report = one.deliver();
  CHECK(report.failed_over);
  CHECK_EQ(report.detail, "second: accepted (why)");
  CHECK((one.sends() == Log{"send second"}));
  one.clock.advance(std::chrono::seconds(30));
  one.deliver();
  CHECK((one.sends() == Log{"send first", "send second"}));
  one.clock.advance(std::chrono::seconds(59));
  one.deliver();
  CHECK((one.sends() == Log{"send second"}));
  one.clock.advance(std::chrono::seconds(1));
  first.becomes(SendStatus::accepted);
  one.deliver();
  one.deliver();
  CHECK((one.sends() == Log{"send first", "send first"}));
  CHECK((states == std::vector<std::string>{"first open 3", "first half-open 3", "first open 4",
                                            "first half-open 4", "first closed 0"}));
}

TEST(when_all_are_set_aside_they_are_tried_all_the_same) {
  DispatcherFixture one;
  auto& first = one.add("first", SendStatus::credentials);
  one.add("second", SendStatus::try_elsewhere);
  for (int i = 0; i < 3; ++i) one.deliver();
  one.sends();
  one.deliver();
  CHECK((one.sends() == Log{"send first", "send second"}));
  first.becomes(SendStatus::accepted);
  CHECK_EQ(one.deliver().status, SendStatus::accepted);
}

TEST(a_busy_provider_is_left_alone_as_long_as_it_says) {
  DispatcherFixture one;
  one.add("first", {.status = SendStatus::try_elsewhere,
                    .too_many_requests = true,
                    .retry_after = std::chrono::seconds(120)});
  one.add("second", SendStatus::accepted);
  one.deliver();
  one.clock.advance(std::chrono::seconds(119));
  one.sends();
  one.deliver();
  CHECK((one.sends() == Log{"send second"}));
  one.clock.advance(std::chrono::seconds(1));
  one.deliver();
  CHECK((one.sends() == Log{"send first", "send second"}));
}

TEST(a_busy_provider_is_waited_for_when_nobody_else_delivers_and_there_is_time) {
  for (const int seconds : {5, 3600}) {
    DispatcherFixture one;
    one.add("first", {.status = SendStatus::try_elsewhere,
                      .too_many_requests = true,
                      .retry_after = std::chrono::seconds(seconds)});
    one.add("second", SendStatus::try_elsewhere);
    one.deliver();
    const Log patient = {"send first", "send second", "wait 5000", "send first"};
    CHECK(one.sends() == (seconds == 5 ? patient : Log{"send first", "send second"}));
  }
}

TEST(an_answer_that_leaves_open_what_was_sent_is_not_repeated_whatever_it_says) {
  DispatcherFixture one;
  one.add("first", {.status = SendStatus::try_elsewhere,
                    .may_have_been_sent = true,
                    .retry_after = std::chrono::seconds(5)});
  one.deliver();
  CHECK((one.sends() == Log{"send first"}));
}

namespace {

// Any number of callers at the same time.
class CrowdedGateway final : public Gateway {
 public:
  CrowdedGateway(std::string name, SendStatus status) : name_(std::move(name)), status_(status) {}
  const std::string& name() const override { return name_; }
  SendReport send(const LoginMessage&, SteadyTime) override {
    ++sends;
    std::this_thread::yield();
    return {.status = status_, .provider = name_};
  }
  std::atomic<unsigned> sends{0};

 private:
  const std::string name_;
  const SendStatus status_;
};

}  // namespace

TEST(a_crowd_finds_out_together_that_a_provider_fails) {
  constexpr unsigned kThreads = 8;
  constexpr unsigned kMessages = 50;
  auto failing = std::make_unique<CrowdedGateway>("first", SendStatus::try_elsewhere);
  auto working = std::make_unique<CrowdedGateway>("second", SendStatus::accepted);
  const CrowdedGateway& first = *failing;
  const CrowdedGateway& second = *working;
  std::vector<std::unique_ptr<Gateway>> gateways;
  gateways.push_back(std::move(failing));
  gateways.push_back(std::move(working));
  const ManualClock clock;
  Dispatcher dispatcher(std::move(gateways), clock);
  std::atomic<unsigned> told{0};
  dispatcher.observe([&](const ProviderHealth& health) {
    if (health.circuit == Circuit::open) ++told;
  });
  std::atomic<unsigned> accepted{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (unsigned n = 0; n < kMessages; ++n) {
        Log log;
        RecordingLedger quota(kUnlimited, log);
        const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                                   .body = Secret("493817"),
                                   .validity = std::chrono::minutes(5)};
        if (dispatcher.deliver(message, {}, quota, clock.now() + kDeadline).status ==
            SendStatus::accepted)
          ++accepted;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK_EQ(accepted.load(), kThreads * kMessages);
  CHECK_EQ(second.sends.load(), kThreads * kMessages);
  CHECK_EQ(told.load(), 1u);
  // The third failure sets it aside, and each of the others may have been on its way there.
  CHECK(first.sends.load() >= 3 && first.sends.load() <= 3 + kThreads - 1);
}
