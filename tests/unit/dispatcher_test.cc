// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/dispatcher.h"

#include <atomic>
#include <thread>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using sms2fa::test::ManualClock;

namespace {

using Log = std::vector<std::string>;

class ScriptedGateway final : public Gateway {
 public:
  ScriptedGateway(std::string name, SendReport report, Milliseconds takes, ManualClock& clock,
                  Log& log)
      : name_(std::move(name)),
        report_(std::move(report)),
        takes_(takes),
        clock_(clock),
        log_(log) {
    report_.provider = name_;
  }
  const std::string& name() const override { return name_; }
  SendReport send(const LoginMessage&, SteadyTime deadline) override {
    log_.push_back("send " + name_);
    given = std::chrono::duration_cast<Milliseconds>(deadline - clock_.now());
    clock_.advance(takes_);
    return report_;
  }
  void keep_warm() override { log_.push_back("warm " + name_); }
  bool checks_code() const override { return makes_code; }

  Milliseconds given{0};
  bool makes_code = false;
  void becomes(SendStatus status) {
    report_.status = status;
    report_.too_many_requests = false;
  }

 private:
  const std::string name_;
  SendReport report_;
  const Milliseconds takes_;
  ManualClock& clock_;
  Log& log_;
};

class RecordingLedger final : public SendLedger {
 public:
  RecordingLedger(int allowed, Log& log) : allowed_(allowed), log_(log) {}
  bool reserve(const std::string& provider) override {
    log_.push_back("reserve " + provider);
    return allowed_-- > 0;
  }
  void settle(const SendReport& report) override {
    log_.push_back("settle " + report.provider + " " + std::string(to_string(report.status)));
  }

 private:
  int allowed_;
  Log& log_;
};

constexpr int kUnlimited = 100;
constexpr Milliseconds kDeadline{8000};

struct Fixture {
  Log log;
  ManualClock clock;
  std::vector<std::unique_ptr<Gateway>> gateways;
  Dispatcher::Rules rules;
  std::unique_ptr<Dispatcher> dispatcher;

  ScriptedGateway& add(const std::string& name, SendReport report, Milliseconds takes = {}) {
    report.message_id = report.status == SendStatus::accepted ? "id-" + name : "";
    report.detail = "why";
    auto gateway = std::make_unique<ScriptedGateway>(name, report, takes, clock, log);
    auto& added = *gateway;
    gateways.push_back(std::move(gateway));
    return added;
  }
  ScriptedGateway& add(const std::string& name, SendStatus status, bool may_have_been_sent = false,
                       Milliseconds takes = {}) {
    return add(name, SendReport{.status = status, .may_have_been_sent = may_have_been_sent}, takes);
  }

  SendReport deliver(int allowed = kUnlimited) { return deliver({}, allowed); }
  SendReport deliver(const Route& route, int allowed = kUnlimited) {
    if (!dispatcher) {
      rules.wait = [this](SteadyTime time) {
        const auto pause = std::chrono::duration_cast<Milliseconds>(time - clock.now());
        log.push_back("wait " + std::to_string(pause.count()));
        clock.advance(pause);
      };
      dispatcher = std::make_unique<Dispatcher>(std::move(gateways), clock, rules);
    }
    RecordingLedger ledger(allowed, log);
    const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                               .body = Secret("493817"),
                               .validity = std::chrono::minutes(5)};
    return dispatcher->deliver(message, route, ledger, clock.now() + kDeadline);
  }
  // What was sent since the last look.
  Log sends() {
    Log found;
    for (const auto& line : log)
      if (line.starts_with("send ") || line.starts_with("wait ")) found.push_back(line);
    log.clear();
    return found;
  }
};

}  // namespace

TEST(each_send_is_reserved_before_and_settled_after) {
  Fixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "first");
  CHECK_EQ(report.message_id, "id-first");
  CHECK_EQ(report.detail, "first: accepted (why)");
  CHECK((one.log == Log{"reserve first", "send first", "settle first accepted"}));
}

TEST(credentials_and_try_elsewhere_go_on_to_the_next) {
  Fixture one;
  one.add("first", SendStatus::credentials);
  one.add("second", SendStatus::try_elsewhere);
  one.add("third", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "third");
  CHECK_EQ(report.detail, "first: credentials (why); second: failing (why); third: accepted (why)");
  CHECK((one.log == Log{"reserve first", "send first", "settle first credentials", "reserve second",
                        "send second", "settle second failing", "reserve third", "send third",
                        "settle third accepted"}));
}

TEST(every_other_end_stops_there) {
  for (const SendStatus status :
       {SendStatus::ambiguous, SendStatus::number_cannot_sms, SendStatus::number_refused,
        SendStatus::blocked, SendStatus::not_permitted}) {
    Fixture one;
    one.add("first", status);
    one.add("second", SendStatus::accepted);
    const auto report = one.deliver();
    CHECK_EQ(report.status, status);
    CHECK_EQ(report.provider, "first");
    CHECK_EQ(one.log.size(), 3u);
  }
}

TEST(when_all_fail_the_last_one_is_reported_with_the_story_of_all) {
  Fixture one;
  one.add("first", SendStatus::try_elsewhere, true);
  one.add("second", SendStatus::credentials);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::credentials);
  CHECK_EQ(report.provider, "second");
  CHECK_EQ(report.detail, "first: failing (why); second: credentials (why)");
  CHECK(report.may_have_been_sent);
}

TEST(an_empty_budget_stops_before_the_send) {
  Fixture one;
  one.add("first", SendStatus::try_elsewhere, true);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver(1);
  CHECK_EQ(report.status, SendStatus::not_permitted);
  CHECK_EQ(report.provider, "second");
  CHECK_EQ(report.detail, "first: failing (why); second: not permitted");
  CHECK(report.may_have_been_sent);
  CHECK((one.log == Log{"reserve first", "send first", "settle first failing", "reserve second"}));
}

TEST(after_the_deadline_nothing_is_reserved) {
  Fixture one;
  one.add("first", SendStatus::try_elsewhere, false, kDeadline);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.provider, "first");
  CHECK_EQ(report.detail, "first: failing (why); second: no time left");
  CHECK_EQ(one.log.size(), 3u);
}

TEST(an_unclear_end_goes_on_only_where_the_configuration_says_so) {
  Fixture one;
  one.rules.resend_ambiguous = true;
  auto& first = one.add("first", SendStatus::ambiguous, true, Milliseconds(4000));
  auto& second = one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.provider, "second");
  CHECK(report.may_have_been_sent);
  // Each has a fair share of what is left.
  CHECK_EQ(first.given.count(), 4000);
  CHECK_EQ(second.given.count(), 4000);
}

TEST(a_code_that_is_not_ours_is_never_sent_after_an_unclear_end) {
  Fixture one;
  one.rules.resend_ambiguous = true;
  one.add("first", SendStatus::ambiguous, true);
  one.add("verify", SendStatus::accepted).makes_code = true;
  CHECK_EQ(one.deliver().provider, "first");
  Fixture other;
  other.rules.resend_ambiguous = true;
  other.add("verify", SendStatus::ambiguous, true).makes_code = true;
  other.add("second", SendStatus::accepted);
  CHECK_EQ(other.deliver().provider, "verify");
}

TEST(whoever_keeps_failing_is_set_aside_and_tried_again) {
  Fixture one;
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
  Fixture one;
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
  Fixture one;
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
    Fixture one;
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
  Fixture one;
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
        RecordingLedger ledger(kUnlimited, log);
        const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                                   .body = Secret("493817"),
                                   .validity = std::chrono::minutes(5)};
        if (dispatcher.deliver(message, {}, ledger, clock.now() + kDeadline).status ==
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

TEST(whoever_carried_the_last_one_comes_last) {
  Fixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::try_elsewhere);
  one.deliver({.last = "first"});
  CHECK((one.sends() == Log{"send second", "send first"}));
}

TEST(a_code_of_ours_goes_to_nobody_who_makes_codes) {
  Fixture one;
  one.add("verify", SendStatus::accepted).makes_code = true;
  one.add("second", SendStatus::try_elsewhere);
  CHECK_EQ(one.deliver({.own_code = true}).status, SendStatus::try_elsewhere);
  CHECK((one.sends() == Log{"send second"}));
}

TEST(a_code_of_a_provider_goes_to_that_one_only) {
  Fixture one;
  one.add("first", SendStatus::accepted);
  one.add("verify", SendStatus::try_elsewhere).makes_code = true;
  CHECK_EQ(one.deliver({.only = "verify"}).status, SendStatus::try_elsewhere);
  CHECK((one.sends() == Log{"send verify"}));
}

TEST(all_are_kept_warm) {
  Fixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::accepted);
  Dispatcher(std::move(one.gateways), one.clock).keep_warm();
  CHECK((one.log == Log{"warm first", "warm second"}));
}

TEST(without_a_provider_nothing_is_sent) {
  Fixture one;
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.provider, "");
  CHECK_EQ(report.detail, "no provider is configured for this");
}
