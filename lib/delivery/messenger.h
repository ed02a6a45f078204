// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/delivery/login_message.h"
#include "lib/delivery/provider_health.h"
#include "lib/delivery/send_report.h"
#include "lib/delivery/tracked_message.h"

namespace sms2fa {

// Where sends are accounted for: each request to a provider is reserved before it leaves and
// settled when it has ended. Implemented by the session over the store.
class SendQuota {
 public:
  virtual ~SendQuota() = default;
  // False: the rate limit is spent or the reservation could not be recorded; do not send.
  virtual bool reserve(const std::string& provider) = 0;
  // Ends the last reservation. A reservation never settled stays spent.
  virtual void settle(const SendReport& report) = 0;
};

// Which providers may take a message, when it is not the first of its code.
struct Route {
  // Not empty: this one and no other, for it alone knows the code.
  std::string only = {};
  // Not empty: this one comes last, for it took the message that did not arrive.
  std::string last = {};
  // The code is ours and in somebody's hands: no provider that makes its own.
  bool own_code = false;
};

// All providers behind one door. Thread-safe; blocks, at most until the deadline.
class Messenger {
 public:
  virtual ~Messenger() = default;
  // Tries the providers in order until one accepts, the class of an error forbids the next one, or
  // `deadline` passes. The report is that of the provider that decided, or of the last one tried;
  // its detail names every provider that was tried, and its may_have_been_sent speaks for all of
  // them.
  virtual SendReport deliver(const LoginMessage& message, const Route& route, SendQuota& quota,
                             SteadyTime deadline) = 0;
  // For a program that goes on running: from now on connections are ready before they are needed.
  // Does not block. Throws std::bad_alloc.
  virtual void keep_warm() {}
  // From now on tells how each provider fares, whenever that changes. Call before deliver().
  virtual void observe(ProviderObserver /*observer*/) {}
  // Whether any provider serves this medium along this route.
  virtual bool offers(Medium medium, const Route& route) const = 0;
  // Asks the provider that made a code about an answer.
  virtual CheckStatus check(const std::string& provider, const PhoneNumber& to,
                            const std::string& message_id, const Secret& code,
                            SteadyTime deadline) = 0;
  // Begins to ask what became of an accepted message, until its delivery status is final or
  // `until`, and tells `ended`, which may be empty. Does not block. nullptr, and no call: nobody
  // can be asked, or too many messages are followed already; of those, one a minute is told
  // unknown, and why, at once.
  virtual std::shared_ptr<const TrackedMessage> follow(const SendReport& /*report*/,
                                                       SteadyTime /*until*/,
                                                       DeliveryCallback /*ended*/) {
    return nullptr;
  }
  // Whether a message is followed now. What is followed when the messenger goes ends as unknown.
  virtual bool is_following() const { return false; }
};

}  // namespace sms2fa
