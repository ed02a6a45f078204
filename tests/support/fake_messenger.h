// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "lib/delivery/messenger.h"
#include "tests/support/fakes.h"

namespace sms2fa::test {

// One provider that does as the script says and then accepts everything.
class FakeMessenger final : public Messenger {
 public:
  struct Text {
    std::string to;
    std::string body;
    Medium medium;
    Route route;
    std::chrono::seconds validity;
    SteadyTime deadline;
  };

  explicit FakeMessenger(ManualClock& clock) : clock_(clock) {}
  SendReport deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                     SteadyTime deadline) override;
  bool offers(Medium medium, const Route& route) const override;
  CheckStatus check(const std::string& provider, const PhoneNumber& to,
                    const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;

  // Told at once of every message that was accepted, when it is not pending.
  DeliveryStatus delivery_status{.state = DeliveryState::pending};
  std::shared_ptr<const TrackedMessage> follow(const SendReport& report, SteadyTime until,
                                               DeliveryCallback ended) override;

  void next(SendReport report);
  void next(SendStatus status, bool may_have_been_sent = false);
  void always_report(SendReport report);
  void always(SendStatus status, bool may_have_been_sent = false);
  // Called for each message once it is reserved; may throw, wait or look around.
  std::function<void()> while_sending;
  SteadyDuration takes{0};
  bool calls = false;  // whether voice is offered
  // What a provider that makes its own codes says of the next answers.
  CheckStatus check_status = CheckStatus::wrong;
  SteadyDuration check_takes{0};
  // "PROVIDER MESSAGE_ID ANSWER", each that it was asked about.
  std::vector<std::string> checks() const;

  // Every request that was made, whatever came of it.
  std::vector<Text> texts() const;
  size_t count() const;
  Text last() const;  // there must be one

 private:
  ManualClock& clock_;
  mutable std::mutex mutex_;
  std::deque<SendReport> script_;
  SendReport otherwise_{.status = SendStatus::accepted};
  std::vector<Text> texts_;
  std::vector<std::string> checks_;
};

}  // namespace sms2fa::test
