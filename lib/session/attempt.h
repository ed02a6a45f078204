// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/ending.h"
#include "lib/session/judge.h"
#include "lib/session/late_message.h"
#include "lib/session/login_request.h"
#include "lib/session/message_sender.h"
#include "lib/session/policy.h"
#include "lib/session/surroundings.h"
#include "lib/session/wording.h"

namespace sms2fa {

// One attempt on its way from the request to its ending. Used once.
class Attempt {
 public:
  // All that is referred to must outlive the attempt.
  Attempt(const LoginRequest& request, std::shared_ptr<const Setup> setup, Surroundings& around,
          Conversation& person, AuditEvent& event);
  // Whatever ended the attempt in the middle of a step (an exception too) must not leave a
  // challenge that others wait for or can't end.
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // Blocks; may throw.
  Ending run();

 private:
  std::optional<Ending> obtain_challenge(std::string& lead);
  std::optional<Ending> open_challenge(std::string& lead);
  Ending ask(std::string lead);
  std::optional<Ending> act_on(const Reply& reply, std::string& lead);
  std::optional<Ending> judge(const Reply& reply, std::string& lead);
  std::string resend(Medium medium);

  Result<void> make_code();
  Sending send(Medium medium);
  SendJob job_for(Medium medium) const;
  bool pretends() const;
  std::optional<Sending> send_late(Medium medium);
  std::string lead_of(const Sending& sending) const;
  std::string catch_up();
  std::string lead_of_failure(const Sending& sending) const;
  wording::Question question() const;
  bool offers(Medium medium) const;
  Route route() const;
  Medium medium_asked_for(const Reply& reply) const;
  Ending left_early(Reply::Status status) const;
  Ending no_message(const Sending& sending);
  Ending decoy_or(Reason reason) const;
  Ending store_failed(const std::string& detail);

  const LoginRequest& request_;
  const std::shared_ptr<const Setup> setup_;
  const CodeSettings& code_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  Judge judge_;
  const ChallengeKey key_;
  Standing standing_;
  ChallengeTable::Handle challenge_;
  SteadyTime deadline_{};              // of the message that is being sent
  std::shared_ptr<LateMessage> late_;  // whose end the person has not heard of
  std::shared_ptr<const FollowedMessage> bad_news_told_;
  bool first_send_pending_ = false;
  bool resend_pending_ = false;
};

}  // namespace sms2fa
