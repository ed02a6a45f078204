// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/late_message.h"
#include "lib/session/login_outcome.h"
#include "lib/session/login_request.h"
#include "lib/session/message_sender.h"
#include "lib/session/policy.h"
#include "lib/session/services.h"

namespace sms2fa {

// The code of one attempt and the messages that bring it, a decoy's too. What it returns for a
// person to read stands before the next question.
class CodeSender {
 public:
  // `challenge` was opened or resumed by this attempt; its first message ends by `deadline`. All
  // that is referred to must outlive the sender.
  CodeSender(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot,
             Services& services, Conversation& conversation, AuditEvent& event,
             const Eligibility& eligibility, ChallengeTable::Handle challenge, SteadyTime deadline);
  // Whatever ended the attempt in the middle of a step (an exception too) must not leave a
  // challenge that others wait for or can't end.
  ~CodeSender();
  CodeSender(const CodeSender&) = delete;
  CodeSender& operator=(const CodeSender&) = delete;

  // Makes a new challenge's code and sends it, unless the person needs no message. An outcome when
  // none left: the person knows.
  std::optional<LoginOutcome> open(std::string& lead);
  std::string resend(Medium medium);
  // What has become known of messages since the last question.
  std::string catch_up();
  // Depends on the configuration only, or a decoy would show.
  bool offers(Medium medium) const;

 private:
  SendResult send(Medium medium);
  std::optional<SendResult> send_late(Medium medium);
  SendRequest job_for(Medium medium) const;
  bool pretends() const;
  Route route() const;
  std::string lead_of(const SendResult& sending) const;
  std::string failure_of(const SendResult& sending) const;
  std::string lead_of_failure(const SendResult& sending) const;
  LoginOutcome no_message(const SendResult& sending);
  void end_with(const std::string& text);

  const LoginRequest& request_;
  const std::shared_ptr<const Snapshot> snapshot_;
  Services& services_;
  Conversation& conversation_;
  AuditEvent& event_;
  const Eligibility& eligibility_;
  const ChallengeTable::Handle challenge_;
  SteadyTime deadline_;                // of the message that is being sent
  std::shared_ptr<LateMessage> late_;  // whose end the person has not heard of
  std::shared_ptr<const TrackedMessage> bad_news_told_;
  bool first_send_pending_ = false;
  bool resend_pending_ = false;
};

}  // namespace sms2fa
