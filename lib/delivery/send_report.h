// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/delivery/login_message.h"
#include "lib/delivery/step_times.h"

namespace sms2fa {

// How a send ended, in the classes that docs/PROVIDERS.md sorts the providers' errors into.
enum class SendStatus {
  accepted,           // the provider took it
  ambiguous,          // the request went out and no clear answer came: it may have been sent
  credentials,        // account, key, sender or URL is wrong: nothing sent, say so loudly
  number_cannot_sms,  // a landline or unreachable by SMS: nothing sent, a call may work
  number_refused,     // invalid or blocked: nothing sent, nobody else should try
  opted_out,          // the person sent STOP: nothing sent, and nobody else may try
  try_elsewhere,      // unreachable, overloaded or failing: another provider may do better
  blocked,            // the provider's fraud guard holds this number back for a while
  not_permitted,      // the quota allowed no (further) send
};

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
    case SendStatus::opted_out:
      return "opted-out";
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
  std::string sender = {};  // when the person has opted out of its messages, if it has a number
  bool too_many_requests = false;  // HTTP 429
  bool failed_over = false;        // a provider that comes before this one failed
  bool needs_attention = false;    // although it went out: the detail says why
  // The provider made the code and alone can check it: Messenger::check() with `message_id`.
  bool provider_checks = false;
  // What went out; a call although a text was asked for when the number can't take texts.
  Medium medium = Medium::sms;
  // How long the provider wants to be left alone, when it said so.
  std::optional<std::chrono::seconds> retry_after = {};
  // Of the last request; all zero when none was made.
  StepTimes times = {};
  // What the provider's clock said, to the second, in its answer to a request that only asks.
  std::optional<WallTime> date = {};
};

// What a provider says of an answer to a code that it made.
enum class CheckStatus {
  right,
  wrong,       // also: still pending, used up, expired
  unreachable  // no clear answer: the caller denies, and the answer stays counted
};

// What became of a message after the provider took it.
enum class DeliveryState {
  pending,    // under way, or the provider does not say
  delivered,  // the phone has it, or the call was answered
  failed,     // the carrier or the phone refused it
  unknown,    // the provider never learned more, or can't be asked
};

constexpr std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::pending:
      return "pending";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::failed:
      return "failed";
    case DeliveryState::unknown:
      return "unknown";
  }
  return "unknown";
}

struct DeliveryStatus {
  DeliveryState state = DeliveryState::unknown;
  std::string word = {};    // the provider's own, a-z, '-' and '_' only
  std::string detail = {};  // with an error code, for the log
};

}  // namespace sms2fa
