// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/answer_kind.h"
#include "lib/session/challenge_table.h"
#include "lib/session/code_sender.h"
#include "lib/session/conversation.h"
#include "lib/session/ending.h"
#include "lib/session/judge.h"
#include "lib/session/login_request.h"
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
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // Blocks; may throw.
  Ending run();

 private:
  std::optional<Ending> obtain_challenge(std::string& lead);
  Ending ask(std::string lead);
  std::optional<Ending> act_on(const Reply& reply, std::string& lead);
  std::optional<Ending> judge(const Reply& reply, std::string& lead);
  std::optional<Ending> act_on(const Judgement& judgement, std::string& lead);
  Comparable comparable() const;
  bool may_tell_of_programs() const;
  Ending no_person();
  std::string out_of_tries(std::chrono::seconds wait) const;
  void end_with(const std::string& text);
  wording::Question question() const;
  Medium medium_asked_for(const Reply& reply) const;
  Ending left_early(Reply::Status status) const;
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
  std::optional<CodeSender> sender_;  // once there is a challenge
  unsigned answers_of_a_program_ = 0;
};

}  // namespace sms2fa
