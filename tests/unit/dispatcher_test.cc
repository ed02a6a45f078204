// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/dispatcher.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Log = std::vector<std::string>;

class ScriptedGateway final : public Gateway {
 public:
  ScriptedGateway(std::string name, SendReport report, Log& log)
      : name_(std::move(name)), report_(std::move(report)), log_(log) {
    report_.provider = name_;
  }
  const std::string& name() const override { return name_; }
  SendReport send(const LoginMessage&, SteadyTime) override {
    log_.push_back("send " + name_);
    return report_;
  }
  void keep_warm() override { log_.push_back("warm " + name_); }

 private:
  const std::string name_;
  SendReport report_;
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

// Each look at the clock takes one second.
class TickingClock final : public Clock {
 public:
  SteadyTime now() const override { return time_ += std::chrono::seconds(1); }
  WallTime wall_now() const override { return {}; }

 private:
  mutable SteadyTime time_;
};

constexpr int kUnlimited = 100;

struct Fixture {
  Log log;
  TickingClock clock;
  std::vector<std::unique_ptr<Gateway>> gateways;

  void add(const std::string& name, SendStatus status, bool may_have_been_sent = false) {
    gateways.push_back(std::make_unique<ScriptedGateway>(
        name,
        SendReport{.status = status,
                   .message_id = status == SendStatus::accepted ? "id-" + name : "",
                   .detail = "why",
                   .may_have_been_sent = may_have_been_sent},
        log));
  }

  SendReport deliver(int allowed = kUnlimited, int seconds = kUnlimited) {
    Dispatcher dispatcher(std::move(gateways), clock);
    RecordingLedger ledger(allowed, log);
    const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                               .body = Secret("493817"),
                               .validity = std::chrono::minutes(5)};
    return dispatcher.deliver(message, {}, ledger, SteadyTime(std::chrono::seconds(seconds)));
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
  one.add("first", SendStatus::try_elsewhere);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver(kUnlimited, 2);
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.provider, "first");
  CHECK_EQ(report.detail, "first: failing (why); second: no time left");
  CHECK_EQ(one.log.size(), 3u);
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
