// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/delivery/dispatcher.h"
#include "tests/support/fakes.h"

namespace sms2fa::test {

using Log = std::vector<std::string>;  // what happened, in its order

class ScriptedGateway final : public Gateway, public CodeChecker {
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
  CodeChecker* code_checker() override { return makes_code ? this : nullptr; }
  CheckStatus check(const PhoneNumber&, const std::string& message_id, const Secret&,
                    SteadyTime) override {
    log_.push_back("check " + message_id);
    return CheckStatus::right;
  }

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

class RecordingLedger final : public SendQuota {
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

inline constexpr int kUnlimited = 100;
inline constexpr Milliseconds kDeadline{8000};

// A dispatcher over gateways that do what they are told.
struct DispatcherFixture {
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
    RecordingLedger quota(allowed, log);
    const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                               .body = Secret("493817"),
                               .validity = std::chrono::minutes(5)};
    return dispatcher->deliver(message, route, quota, clock.now() + kDeadline);
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

}  // namespace sms2fa::test
