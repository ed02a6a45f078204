// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/messenger.h"

namespace sms2fa {

// The providers in their order of preference. deliver() runs in the caller's thread: any number of
// callers may be inside at the same time.
class Dispatcher final : public Messenger {
 public:
  // `clock` must outlive the dispatcher.
  Dispatcher(std::vector<std::unique_ptr<Gateway>> gateways, const Clock& clock)
      : gateways_(std::move(gateways)), clock_(clock) {}

  SendReport deliver(const LoginMessage& message, const Route& route, SendLedger& ledger,
                     SteadyTime deadline) override;
  void keep_warm() override;
  bool offers(Medium medium, const Route& route) const override;
  CheckStatus check(const std::string& provider, const PhoneNumber& to,
                    const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;

 private:
  std::vector<Gateway*> along(const Route& route, Medium medium) const;

  const std::vector<std::unique_ptr<Gateway>> gateways_;
  const Clock& clock_;
};

}  // namespace sms2fa
