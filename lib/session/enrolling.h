// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/session/answer_verifier.h"
#include "lib/session/enroll.h"
#include "lib/session/limits.h"
#include "lib/session/login_outcome.h"
#include "lib/session/notices.h"
#include "lib/session/policy.h"
#include "lib/session/wording.h"

namespace sms2fa {

// One enrolment on its way: who may enroll and by what proof (enroll_proof.cc), and what is
// enrolled (enroll_steps.cc). Used once.
class Enrolling {
 public:
  // All that is referred to must outlive this.
  Enrolling(const LoginRequest& request, EnrolledBy by, std::shared_ptr<const Snapshot> snapshot,
            Services& services, Conversation& conversation, AuditEvent& event);

  // Blocks; may throw.
  LoginOutcome run();

 private:
  // Each step returns an ending only when there can be no next step.
  std::optional<LoginOutcome> look();
  std::optional<LoginOutcome> begin();
  std::optional<LoginOutcome> look_at_account();
  std::optional<LoginOutcome> take_invitation();
  std::optional<LoginOutcome> prove();
  std::optional<LoginOutcome> take_proof();
  std::optional<LoginOutcome> enroll_number();
  std::optional<LoginOutcome> read_number(std::optional<PhoneNumber>& number);
  std::optional<LoginOutcome> keep_number(const PhoneNumber& number);
  std::optional<LoginOutcome> plan_number(const PhoneNumber& number, const std::string& sealed);
  std::optional<LoginOutcome> enroll_app();
  std::optional<LoginOutcome> verify_app(const Secret& key);
  std::optional<LoginOutcome> keep_app(const Secret& key, int64_t step);
  std::optional<LoginOutcome> make_codes();
  std::optional<LoginOutcome> show_codes(const std::vector<Secret>& codes);
  LoginOutcome sum_up();

  std::optional<LoginOutcome> ask(const std::string& prompt, Secret& answer);
  std::optional<LoginOutcome> confirm(const std::string& prompt, bool otherwise, bool& yes);
  // Counts an answer before `is_right` compares it.
  std::optional<LoginOutcome> verify(const std::function<Result<bool>()>& is_right, bool& right);
  bool tell_number(const std::string& what);
  LoginOutcome failed(const Error& error);
  LoginOutcome refused(const std::string& why);
  Result<std::string> seal(const std::string& context, const Secret& plain);
  void note(NoticeKind kind, Method method, unsigned count = 0);
  bool by_root() const { return by_ == EnrolledBy::root; }
  Proof proof() const { return {generation_, !by_root()}; }

  const LoginRequest& request_;
  const EnrolledBy by_;
  const std::shared_ptr<const Snapshot> shared_snapshot_;
  const Snapshot& snapshot_;
  Services& services_;
  Conversation& conversation_;
  AuditEvent& event_;
  const Notices notices_;
  AnswerVerifier verifier_;
  const SteadyTime until_;
  Eligibility eligibility_;
  Generation generation_{};            // of what the person was found to hold
  bool is_first_ = false;              // the person held nothing when they began
  bool proved_ = false;                // and has changed nothing by that yet
  std::optional<PhoneNumber> listed_;  // in the directory
  std::optional<PhoneNumber> record_;  // on record when this began: is told of every change
  std::optional<PhoneNumber> number_;  // where codes go
  bool has_app_ = false;
  unsigned codes_ = 0;
};

}  // namespace sms2fa
