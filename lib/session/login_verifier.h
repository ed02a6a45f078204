// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/policy.h"
#include "lib/session/services.h"

namespace sms2fa {

// What became of one answer.
struct AnswerResult {
  enum class Kind {
    right,
    wrong,
    used_before,   // an app's code that has let somebody in before
    not_checked,   // the provider that knows the code gave no clear answer
    expired,       // the code's time is over
    used,          // another attempt gave the right answer
    none_left,     // no try is left
    store_failed,  // not counted, and so not right whatever it was; `detail` says why
  };
  Kind kind;
  unsigned tries_left = 0;
  std::string detail = {};
  std::optional<unsigned> backup_codes_left = {};  // when one of them was right
  bool cost_a_try = false;      // a wrong answer did, unless none was left before
  unsigned from_elsewhere = 0;  // when right: strangers' wrong answers that nobody was told of
};

// Judges the answers of one attempt: takes the try, counts it where it lasts, compares, and only
// then commits what came of it. If it can't be counted, a right answer is denied too.
class LoginVerifier {
 public:
  // All must outlive the verifier.
  LoginVerifier(const LoginRequest& request, const Snapshot& snapshot, const RuleDecision& rules,
                Services& services, Conversation& conversation, AuditEvent& event)
      : request_(request),
        snapshot_(snapshot),
        rules_(rules),
        services_(services),
        conversation_(conversation),
        event_(event),
        verifier_(request, snapshot.configuration.limits, services.store, services.audit, event) {}

  // Counts into the event, and tells the log what the answer brought about. Reads the eligibility
  // anew when what the person holds has changed since. `may_match`: else the answer costs one of
  // the challenge's tries, like any other, but is neither counted for the person nor compared.
  AnswerResult verify(const Reply& reply, bool may_match, Eligibility& eligibility,
                      const ChallengeKey& key, const ChallengeTable::Handle& challenge);

 private:
  class OpenTry;
  // What one answer meets between the count and the commit.
  struct Comparison {
    const Reply& reply;
    Eligibility& eligibility;
    const ChallengeKey& key;
    const ChallengeTable::Handle& challenge;
    OpenTry& open;
    bool real;
    FactorCheck factor = {};
    CheckStatus checked = CheckStatus::wrong;
  };
  Result<Compared> compare(Comparison& comparison, const CountedAttempt& counted);
  Result<void> renew(Eligibility& eligibility, const ChallengeTable::Handle& challenge);
  Result<FactorCheck> try_factors(const Reply& reply, const Eligibility& eligibility, bool real,
                                  Accepts accepts);
  AnswerResult right_by(const FactorCheck& factor, unsigned from_elsewhere);
  CheckStatus ask_provider(const Reply& reply, const Eligibility& eligibility,
                           const LastDelivery& carrier, bool real);

  const LoginRequest& request_;
  const Snapshot& snapshot_;
  const RuleDecision& rules_;
  Services& services_;
  Conversation& conversation_;
  AuditEvent& event_;
  AnswerVerifier verifier_;
  bool placeholder_seen_ = false;
};

}  // namespace sms2fa
