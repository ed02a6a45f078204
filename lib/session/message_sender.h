// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "lib/audit/event.h"
#include "lib/session/challenge.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/policy.h"
#include "lib/session/surroundings.h"

namespace sms2fa {

// How a message fared, as far as the person may know it.
struct Sending {
  enum class Outcome {
    sent,
    perhaps,  // the provider's answer did not come
    not_sent,
    over_budget,  // `retry_in` says when there is room again
    store_failed,
    shutting_down,
  };
  Outcome outcome;
  std::chrono::seconds retry_in{0};
  // For the log, when not_sent.
  Reason reason = Reason::provider_failed;

  bool may_arrive() const { return outcome == Outcome::sent || outcome == Outcome::perhaps; }
};

// Sends the messages of one attempt within its budgets, or pretends to: a decoy takes as long, and
// ends, as a recent real message did. Writes provider, message and duration into the event.
class MessageSender {
 public:
  // All must outlive the sender.
  MessageSender(const LoginRequest& request, const Setup& setup, Surroundings& around,
                Conversation& person, AuditEvent& event)
      : request_(request), setup_(setup), around_(around), person_(person), event_(event) {}

  // Precondition: standing.phone is set. Blocks until `deadline` at the latest.
  Sending send(const Standing& standing, const Challenge& challenge, SteadyTime deadline);
  Sending pretend(const Standing& standing);

 private:
  const LoginRequest& request_;
  const Setup& setup_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
};

}  // namespace sms2fa
