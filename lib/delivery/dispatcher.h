// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/delivery/breaker.h"
#include "lib/delivery/delivery_follower.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/messenger.h"

namespace sms2fa {

// The providers in their order of preference; those that keep failing come last (breaker.h).
// deliver() runs in the caller's thread: any number of callers may be inside at the same time.
class Dispatcher final : public Messenger {
 public:
  struct Rules {
    // After an end that leaves open whether the message went out, the next provider sends the same
    // code: somebody may get it twice.
    bool retry_on_unknown_outcome = false;
    // Returns at that time. For a provider that asks to be left alone for less than the deadline.
    std::function<void(SteadyTime)> wait = sleep_until;
  };

  // `clock` must outlive the dispatcher.
  Dispatcher(std::vector<std::unique_ptr<Gateway>> gateways, const Clock& clock, Rules rules);
  Dispatcher(std::vector<std::unique_ptr<Gateway>> gateways, const Clock& clock)
      : Dispatcher(std::move(gateways), clock, Rules()) {}

  SendReport deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                     SteadyTime deadline) override;
  void keep_warm() override;
  void observe(ProviderObserver observer) override;
  bool offers(Medium medium, const Route& route) const override;
  CheckStatus check(const std::string& provider, const PhoneNumber& to,
                    const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;
  std::shared_ptr<const TrackedMessage> follow(const SendReport& report, SteadyTime until,
                                               DeliveryCallback ended) override;
  bool is_following() const override { return follower_.is_busy(); }

 private:
  struct Provider {
    explicit Provider(std::unique_ptr<Gateway> one)
        : gateway(std::move(one)), breaker(gateway->name()) {}
    const std::unique_ptr<Gateway> gateway;
    mutable Mutex mutex;
    Breaker breaker GUARDED_BY(mutex);
  };
  using Order = std::vector<Provider*>;
  class Delivery;

  static void sleep_until(SteadyTime time);
  Order along(const Route& route, Medium medium) const;
  Provider* find(const std::string& name) const;
  SendReport send(Provider& provider, const LoginMessage& message, SteadyTime deadline);
  void tell(const ProviderHealth& health);
  bool is_set_aside(const Provider& provider) const;

  const std::vector<std::unique_ptr<Provider>> providers_;
  const Clock& clock_;
  const Rules rules_;

  Mutex mutex_;
  ProviderObserver observer_ GUARDED_BY(mutex_);

  DeliveryFollower follower_;  // its threads use the gateways
};

}  // namespace sms2fa
