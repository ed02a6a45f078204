// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/audit/event.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/policy.h"
#include "lib/session/services.h"

namespace sms2fa {

// How a message fared, as far as the person may know it.
struct SendResult {
  enum class Outcome {
    sent,
    perhaps,  // the provider's answer did not come
    not_sent,
    over_limit,  // of `limit`; `retry_in` says when there is room again
    store_failed,
    shutting_down,
  };
  Outcome outcome = Outcome::not_sent;
  std::chrono::seconds retry_in{0};
  std::string limit = {};
  // For the log, when not_sent.
  Reason reason = Reason::provider_failed;
  // When the person has opted out, as in SendReport.
  std::optional<std::string> opted_out_of = {};
  // When it may arrive.
  Medium medium = Medium::sms;
  LastDelivery carrier = {};

  bool may_arrive() const { return outcome == Outcome::sent || outcome == Outcome::perhaps; }
};

// What the log tells of the last message.
struct SendLogFields {
  std::string provider;
  std::string message_id;
  std::string detail;
  bool needs_attention = false;
  std::optional<Milliseconds> took;

  void write_into(AuditEvent& event) const;
};

// One message to be sent, with all it needs: it may outlive the attempt that asked for it.
struct SendRequest {
  LoginRequest request;
  std::shared_ptr<const Snapshot> snapshot;
  PhoneNumber to;
  bool may_call;  // when the number can't take texts
  std::vector<RateLimit> rate_limits;
  ChallengeTable::Handle challenge;
  Medium medium;
  Route route;
  SteadyTime deadline;
};

// Sends within the rate limits of number, user, source and host. A number that can't take texts is
// called instead, where that is allowed. What becomes of an accepted message is followed while the
// code lives, and noted in the log. Blocks until the job's deadline at the latest.
SendResult send_message(const SendRequest& job, Services& services, SendLogFields& note);

// What a decoy does instead: takes as long, and ends, as a recent real message did. A decoy that
// goes on with a last delivery pretends that it was one and the same.
SendResult pretend_to_send(const LoginRequest& request, const Snapshot& snapshot,
                           const Eligibility& eligibility, Medium medium, Services& services,
                           Conversation& conversation, SendLogFields& note);

}  // namespace sms2fa
