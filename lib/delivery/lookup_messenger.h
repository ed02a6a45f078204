// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/delivery/lookup.h"
#include "lib/delivery/messenger.h"

namespace sms2fa {

// What a number may be.
struct LookupRules {
  bool voip_allowed = true;
  std::chrono::seconds sim_swap_within = std::chrono::hours(72);
  bool required = false;  // no message when the look-up fails
};

// A messenger that looks at the number before each message. A landline gets no text (a call may go
// out), and nothing goes out to a number that is invalid, refused by the rules, or held back by the
// fraud guard: then the report says why, and nothing was reserved. What is known about a number is
// kept for an hour, for at most 10,000 numbers. Where something is not known and nothing that is
// stands in the way, the rules say whether the message goes out; then its report needs attention.
class LookupMessenger final : public Messenger {
 public:
  // `clock` must outlive it.
  LookupMessenger(std::unique_ptr<Messenger> messenger, std::unique_ptr<NumberLookup> lookup,
                  const LookupRules& rules, const Clock& clock);

  SendReport deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                     SteadyTime deadline) override;
  void keep_warm() override {
    lookup_->keep_warm();
    messenger_->keep_warm();
  }
  void observe(ProviderObserver observer) override { messenger_->observe(std::move(observer)); }
  bool offers(Medium medium, const Route& route) const override {
    return messenger_->offers(medium, route);
  }
  CheckStatus check(const std::string& provider, const PhoneNumber& to,
                    const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override {
    return messenger_->check(provider, to, message_id, code, deadline);
  }
  std::shared_ptr<const TrackedMessage> follow(const SendReport& report, SteadyTime until,
                                               DeliveryCallback ended) override {
    return messenger_->follow(report, until, std::move(ended));
  }
  bool is_following() const override { return messenger_->is_following(); }

 private:
  struct Known {
    NumberFacts facts;
    SteadyTime since;
  };
  NumberFacts facts_of(const PhoneNumber& number, SteadyTime deadline);
  void keep(const PhoneNumber& number, const NumberFacts& facts);

  const std::unique_ptr<Messenger> messenger_;
  const std::unique_ptr<NumberLookup> lookup_;
  const LookupRules rules_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<PhoneNumber, Known> known_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa
