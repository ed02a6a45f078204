// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/base/phone_number.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/conversation.h"
#include "lib/session/fresh_code.h"
#include "lib/session/login_request.h"
#include "lib/session/services.h"

namespace sms2fa {

// Finds out whether a person has the phone of a number that nobody vouches for yet: sends a code
// there, within all rate limits, and asks for it. Wrong answers count towards the person's lock.
class NumberCheck {
 public:
  enum class Outcome { right, wrong, not_sent, locked, left };
  // All must outlive this.
  NumberCheck(const LoginRequest& request, const Snapshot& snapshot, Services& services,
              Conversation& conversation, AuditEvent& event, AnswerVerifier& verifier)
      : request_(request),
        snapshot_(snapshot),
        services_(services),
        conversation_(conversation),
        event_(event),
        verifier_(verifier) {}

  // Why no message left has been told to the person and to the event. An error means that the store
  // or the random source failed.
  Result<Outcome> run(const PhoneNumber& number);

  // How the conversation ended, when it `left`.
  Reply::Status ended() const { return ended_; }

 private:
  bool send(const PhoneNumber& number);
  Result<std::optional<Outcome>> verify(std::string_view answer, unsigned& tries);
  std::string resend(const PhoneNumber& number);

  const LoginRequest& request_;
  const Snapshot& snapshot_;
  Services& services_;
  Conversation& conversation_;
  AuditEvent& event_;
  AnswerVerifier& verifier_;
  FreshCode made_;
  unsigned sends_ = 0;
  SteadyTime sent_at_{};
  std::string why_not_sent_;
  Reply::Status ended_ = Reply::Status::gone;
};

}  // namespace sms2fa
