// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "lib/base/lane.h"
#include "lib/base/phone_number.h"

namespace sms2fa {

// `exempt`: let in unasked, by a rule.
enum class AuditVerdict { accepted, exempt, denied, unavailable };

// Why an attempt ended. The words (to_string) are part of the log's contract: one each, a-z and
// '-'.
enum class Reason {
  right_code,
  wrong_code,        // the client left after a wrong code
  no_tries_left,     // out of tries
  cooldown,          // out of tries a moment ago; no new code yet
  expired,           // the code's lifetime passed
  used_elsewhere,    // another login of the same person gave the right answer
  client_gone,       // the connection ended without an answer
  too_many_prompts,  // neither right nor wrong, too often
  no_person,         // a program answers by itself, with the user name or the password
  unknown_user,      // no directory source knows the name
  not_enrolled,      // known, but without a usable method
  forbidden_number,  // the number on record may not get codes
  foreign_number,    // the number on record is not of a country that may get codes
  locked,            // too many wrong codes in a row
  disabled,          // far too many; until an administrator unlocks
  share_spent,       // the year's wrong answers; until an administrator says otherwise
  rule,              // [rule NAME] denies, or lets in unasked
  not_admitted,      // sshd will not let this account in
  over_limit,        // a limit on messages is reached
  provider_failed,   // no provider took the message
  number_failed,     // the provider refuses this number
  directory_failed,  // the record could not be read
  store_failed,      // the state could not be read or written
  busy,              // too many attempts at once
  nss,               // the name services did not say whose account it is
  foreign_peer,      // the client may not speak for this user
  bad_request,       // the client broke the protocol
  unenrolled,        // accepted unasked: holds nothing, and the configuration lets such people in
  enrolled,          // no login: an enrolment came to its end
  // May not enroll: neither invited nor asked to, or no person's account.
  may_not_enroll,
  // What the person holds is not what it was when they began.
  changed_meanwhile,
  shutting_down,
  internal_error,
};

const char* to_string(AuditVerdict verdict);
const char* to_string(Reason reason);

// All that the verdict line of one attempt tells. Untrusted members are escaped by the formatter.
struct AuditEvent {
  AuditVerdict verdict = AuditVerdict::denied;
  Reason reason = Reason::internal_error;
  Lane lane = Lane::unproven;  // whose share of the store's log this is
  std::string user;
  std::string typed_user;  // what was typed, when that is not the account's own name
  std::string service;
  std::string rhost;
  std::string tty;
  std::string ruser;
  std::string rule;                   // that decided
  std::string after;                  // the SSH method that was passed before, if any
  std::string method;                 // of the code: sms; empty before one was chosen
  std::string provider;               // that took the message
  std::string message_id;             // the provider's
  std::string ref;                    // shown at the prompt and in the message
  std::optional<PhoneNumber> number;  // logged masked
  unsigned answers = 0;               // counted in this attempt
  unsigned wrong_answers = 0;         // of them
  std::string series;                 // that the last of those belongs to (lib/store/answers.h)
  bool needs_attention = false;       // a provider failed, whatever the verdict
  std::string detail;                 // what a provider, the store or the directory said
  std::string limit;                  // the key of [limits] that is the reason, if one is
  std::optional<std::chrono::milliseconds> send_took;  // for the last message of this attempt
};

}  // namespace sms2fa
