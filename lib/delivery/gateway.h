// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/delivery/login_message.h"
#include "lib/delivery/send_report.h"

namespace sms2fa {

// One provider. Thread-safe; no call throws, and each gives up at its `deadline`.
class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual const std::string& name() const = 0;
  // From now on, what can be done before there is a message is done before: a long-running
  // program calls this once. Does not block. The one call that may throw (std::bad_alloc).
  virtual void keep_warm() {}
  // Whether messages of this kind can go out here, as far as the configuration says.
  virtual bool serves(Medium medium) const { return medium == Medium::sms; }
  // Whether messages to this number can go out here; where they can't, nothing is amiss.
  virtual bool reaches(const PhoneNumber& /*number*/) const { return true; }
  // Never retries an ambiguous send. Precondition: serves(message.medium).
  virtual SendReport send(const LoginMessage& message, SteadyTime deadline) = 0;

  // Whether this provider makes and checks the code itself; then its reports say provider_checks.
  virtual bool checks_code() const { return false; }
  // Asks about `code` for the message that `message_id` names.
  virtual CheckStatus check(const PhoneNumber& /*to*/, const std::string& /*message_id*/,
                            const Secret& /*code*/, SteadyTime /*deadline*/) {
    return CheckStatus::unreachable;
  }

  // Whether delivery_status() can learn anything.
  virtual bool follows() const { return false; }
  virtual DeliveryStatus delivery_status(const std::string& /*message_id*/, Medium /*medium*/,
                                         SteadyTime /*deadline*/) {
    return {};
  }
  // Whether the body is to be emptied at the provider once the message has arrived.
  virtual bool redacts() const { return false; }
  // Empties it; false when the provider did not confirm.
  virtual bool redact(const std::string& /*message_id*/, SteadyTime /*deadline*/) { return false; }

  // Asks whether the provider knows our account and key, by a request that sends nothing: the
  // report is `accepted`, or has the class of the error. nullopt where there is nothing to ask.
  virtual std::optional<SendReport> check_credentials(SteadyTime /*deadline*/) { return {}; }
};

}  // namespace sms2fa
