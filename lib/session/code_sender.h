// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/ending.h"
#include "lib/session/late_message.h"
#include "lib/session/login_request.h"
#include "lib/session/message_sender.h"
#include "lib/session/policy.h"
#include "lib/session/surroundings.h"

namespace sms2fa {

// The code of one attempt and the messages that bring it, a decoy's too. What it returns for a
// person to read stands before the next question.
class CodeSender {
 public:
  // `challenge` was opened or resumed by this attempt; its first message ends by `deadline`. All
  // that is referred to must outlive the sender.
  CodeSender(const LoginRequest& request, std::shared_ptr<const Setup> setup, Surroundings& around,
             Conversation& person, AuditEvent& event, const Standing& standing,
             ChallengeTable::Handle challenge, SteadyTime deadline);
  // Whatever ended the attempt in the middle of a step (an exception too) must not leave a
  // challenge that others wait for or can't end.
  ~CodeSender();
  CodeSender(const CodeSender&) = delete;
  CodeSender& operator=(const CodeSender&) = delete;

  // Makes a new challenge's code and sends it, unless the person needs no message. An ending when
  // none left: the person knows.
  std::optional<Ending> open(std::string& lead);
  std::string resend(Medium medium);
  // What has become known of messages since the last question.
  std::string catch_up();
  // Depends on the configuration only, or a decoy would show.
  bool offers(Medium medium) const;

 private:
  Sending send(Medium medium);
  std::optional<Sending> send_late(Medium medium);
  SendJob job_for(Medium medium) const;
  bool pretends() const;
  Route route() const;
  std::string lead_of(const Sending& sending) const;
  std::string failure_of(const Sending& sending) const;
  std::string lead_of_failure(const Sending& sending) const;
  Ending no_message(const Sending& sending);
  void end_with(const std::string& text);

  const LoginRequest& request_;
  const std::shared_ptr<const Setup> setup_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  const Standing& standing_;
  const ChallengeTable::Handle challenge_;
  SteadyTime deadline_;                // of the message that is being sent
  std::shared_ptr<LateMessage> late_;  // whose end the person has not heard of
  std::shared_ptr<const FollowedMessage> bad_news_told_;
  bool first_send_pending_ = false;
  bool resend_pending_ = false;
};

}  // namespace sms2fa
