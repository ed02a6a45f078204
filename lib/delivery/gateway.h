// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

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
  accepted,           // the provider took it
  ambiguous,          // the request went out and no clear answer came: it may have been sent
  credentials,        // account, key, sender or URL is wrong: nothing sent, say so loudly
  number_cannot_sms,  // a landline or unreachable by SMS: nothing sent, a call may work
  number_refused,     // invalid, opted out or blocked: nothing sent, nobody else should try
  try_elsewhere,      // unreachable, overloaded or failing: another provider may do better
  blocked,            // the provider's fraud guard holds this number back for a while
  not_permitted,      // the ledger allowed no (further) send
};

// The enumerator's own name, for the log.
// For the log.
constexpr std::string_view to_string(SendStatus status) {
  switch (status) {
    case SendStatus::accepted:
      return "accepted";
    case SendStatus::ambiguous:
      return "outcome-unknown";
    case SendStatus::credentials:
      return "credentials";
    case SendStatus::number_cannot_sms:
      return "number-cannot-sms";
    case SendStatus::number_refused:
      return "number-refused";
    case SendStatus::try_elsewhere:
      return "failing";
    case SendStatus::blocked:
      return "blocked";
    case SendStatus::not_permitted:
      return "not-permitted";
  }
  return "unknown";
}

struct SendReport {
  SendStatus status = SendStatus::ambiguous;
  std::string provider = {};    // its name in the configuration
  std::string message_id = {};  // the provider's, when accepted
  // One sentence for the log: provider's error code and class, or what the connection did. Holds
  // neither the number nor anything the provider echoed of the message.
  std::string detail = {};
  // A message may have gone out, or been paid for, although the status is no success: an ambiguous
  // end, a 5xx answer, a message that was created and failed at once.
  bool may_have_been_sent = false;
  bool too_many_requests = false;  // HTTP 429
  bool failed_over = false;        // a provider that comes before this one failed
};

// One provider. Thread-safe.
class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual const std::string& name() const = 0;
  // Sends, or gives up at `deadline`. Never throws, never retries an ambiguous send.
  virtual SendReport send(const TextMessage& message, SteadyTime deadline) = 0;
};

// Where sends are accounted for: each request to a provider is reserved before it leaves and
// settled when it has ended. Implemented by the session over the store.
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
  // `deadline` passes. The report is that of the provider that decided, or of the last one tried;
  // its detail names every provider that was tried, and its may_have_been_sent speaks for all of
  // them. Thread-safe; blocks.
  virtual SendReport deliver(const TextMessage& message, SendLedger& ledger,
                             SteadyTime deadline) = 0;
};

}  // namespace sms2fa
