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
#include "lib/session/surroundings.h"

namespace sms2fa {

// How a message fared, as far as the person may know it.
struct Sending {
  enum class Outcome {
    sent,
    perhaps,  // the provider's answer did not come
    not_sent,
    over_budget,  // of `limit`; `retry_in` says when there is room again
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
  Carrier carrier = {};

  bool may_arrive() const { return outcome == Outcome::sent || outcome == Outcome::perhaps; }
};

// What the log tells of the last message.
struct SendingNote {
  std::string provider;
  std::string message_id;
  std::string detail;
  bool needs_attention = false;
  std::optional<Milliseconds> took;

  void write_into(AuditEvent& event) const;
};

// One message to be sent, with all it needs: it may outlive the attempt that asked for it.
struct SendJob {
  LoginRequest request;
  std::shared_ptr<const Setup> setup;
  PhoneNumber to;
  bool may_call;  // when the number can't take texts
  std::vector<Budget> budgets;
  ChallengeTable::Handle challenge;
  Medium medium;
  Route route;
  SteadyTime deadline;
};

// Sends within the budgets of number, user, source and host. A number that can't take texts is
// called instead, where that is allowed. What becomes of an accepted message is followed while the
// code lives, and noted in the log. Blocks until the job's deadline at the latest.
Sending send_message(const SendJob& job, Surroundings& around, SendingNote& note);

// What a decoy does instead: takes as long, and ends, as a recent real message did. A decoy that
// goes on with a carrier pretends that it was one and the same.
Sending pretend_to_send(const LoginRequest& request, const Setup& setup, const Standing& standing,
                        Medium medium, Surroundings& around, Conversation& person,
                        SendingNote& note);

}  // namespace sms2fa
