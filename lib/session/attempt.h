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
#include "lib/session/login_outcome.h"
#include "lib/session/login_request.h"
#include "lib/session/login_verifier.h"
#include "lib/session/policy.h"
#include "lib/session/services.h"
#include "lib/session/wording.h"

namespace sms2fa {

// One attempt on its way from the request to its ending. Used once.
class Attempt {
 public:
  // All that is referred to must outlive the attempt.
  Attempt(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot, Services& services,
          Conversation& conversation, AuditEvent& event);
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // Blocks; may throw.
  LoginOutcome run();

 private:
  LoginOutcome begin();
  std::string rule_detail() const;
  LoginOutcome pass_unenrolled();
  std::optional<LoginOutcome> obtain_challenge(std::string& lead);
  LoginOutcome ask(std::string lead);
  std::optional<LoginOutcome> act_on(const Reply& reply, std::string& lead);
  std::optional<LoginOutcome> verify(const Reply& reply, std::string& lead);
  std::optional<LoginOutcome> act_on(const AnswerResult& result, std::string& lead);
  Comparable comparable() const;
  bool may_tell_of_programs() const;
  LoginOutcome no_person();
  std::string out_of_tries(std::chrono::seconds wait) const;
  void end_with(const std::string& text);
  wording::Question question() const;
  Medium medium_asked_for(const Reply& reply) const;
  LoginOutcome left_early(Reply::Status status) const;
  LoginOutcome store_failed(const std::string& detail);

  const LoginRequest& request_;
  const std::shared_ptr<const Snapshot> snapshot_;
  const CodeSettings& code_;
  Services& services_;
  Conversation& conversation_;
  AuditEvent& event_;
  const RuleDecision rules_;
  LoginVerifier verifier_;
  const ChallengeKey key_;
  Eligibility eligibility_;
  ChallengeTable::Handle challenge_;
  std::optional<CodeSender> sender_;  // once there is a challenge
  unsigned answers_of_a_program_ = 0;
};

}  // namespace sms2fa
