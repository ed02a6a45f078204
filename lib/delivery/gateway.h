// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/phone_number.h"
#include "lib/base/secret.h"

namespace sms2fa {

// One text message. The body holds the code.
struct TextMessage {
  PhoneNumber to;
  Secret body;
  // How long the provider may keep trying: the code's lifetime.
  std::chrono::seconds validity;
};

// How a send ended, in the classes that docs/PROVIDERS.md sorts the providers' errors into.
enum class SendStatus {
  accepted,          // the provider took it
  ambiguous,         // the request went out and no answer came: it may have been sent
  credentials,       // account, key or sender is wrong: nothing sent, say so loudly
  number_cannot_sms, // a landline or unreachable by SMS: nothing sent, a call may work
  number_refused,    // invalid, opted out or blocked: nothing sent, nobody else should try
  try_elsewhere,     // overloaded or failing: another provider may do better
  blocked,           // the provider's fraud guard holds this number back for a while
  not_permitted,     // the ledger allowed no (further) send
};

struct SendReport {
  SendStatus status = SendStatus::ambiguous;
  std::string provider;    // its name in the configuration
  std::string message_id;  // the provider's, when accepted
  // One sentence for the log: provider's error code and class, or what the connection did. Holds
  // neither the number nor anything the provider echoed of the message.
  std::string detail;
  // The request reached the provider and it may have sent a message although the status is no
  // success (a 5xx answer, an ambiguous end).
  bool may_have_been_sent = false;
};

// One provider. Thread-safe.
class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual const std::string& name() const = 0;
  // Sends, or gives up at `deadline`. Never throws, never retries an ambiguous send.
  virtual SendReport send(const TextMessage& message, SteadyTime deadline) = 0;
};

// Where sends are accounted for: each request to a provider is reserved before it leaves and settled
// when it has ended. Implemented by the session over the store.
class SendLedger {
 public:
  virtual ~SendLedger() = default;
  // False: the budget is spent or the reservation could not be recorded; do not send.
  virtual bool reserve(const std::string& provider) = 0;
  // Ends the last reservation. A reservation never settled stays spent.
  virtual void settle(const SendReport& report) = 0;
};

// All providers behind one door.
class Messenger {
 public:
  virtual ~Messenger() = default;
  // Tries the providers in order until one accepts, the class of an error forbids the next one, or
  // `deadline` passes. The report is that of the provider that decided. Thread-safe; blocks.
  virtual SendReport deliver(const TextMessage& message, SendLedger& ledger,
                             SteadyTime deadline) = 0;
};

}  // namespace sms2fa
