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
#include "lib/session/surroundings.h"

namespace sms2fa {

// What became of one answer.
struct Judgement {
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
class Judge {
 public:
  // All must outlive the judge.
  Judge(const LoginRequest& request, const Setup& setup, Surroundings& around, Conversation& person,
        AuditEvent& event)
      : request_(request),
        setup_(setup),
        around_(around),
        person_(person),
        event_(event),
        verifier_(request, setup.configuration.limits, around.store, around.audit, event) {}

  // Counts into the event, and tells the log what the answer brought about. Reads the standing anew
  // when what the person holds has changed since.
  // `may_match`: else the answer costs one of the challenge's tries, like any other, but is neither
  // counted for the person nor compared.
  Judgement judge(const Reply& reply, bool may_match, Standing& standing, const ChallengeKey& key,
                  const ChallengeTable::Handle& challenge);

 private:
  class OpenTry;
  // What one answer meets between the count and the commit.
  struct Comparison {
    const Reply& reply;
    Standing& standing;
    const ChallengeKey& key;
    const ChallengeTable::Handle& challenge;
    OpenTry& open;
    bool real;
    FactorCheck factor = {};
    CheckStatus checked = CheckStatus::wrong;
  };
  Result<Compared> compare(Comparison& comparison, const CountedAttempt& counted);
  Result<void> renew(Standing& standing, const ChallengeTable::Handle& challenge);
  Result<FactorCheck> try_factors(const Reply& reply, const Standing& standing, bool real,
                                  Accepts accepts);
  Judgement right_by(const FactorCheck& factor, unsigned from_elsewhere);
  CheckStatus ask_provider(const Reply& reply, const Standing& standing, const Carrier& carrier,
                           bool real);

  const LoginRequest& request_;
  const Setup& setup_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  AnswerVerifier verifier_;
  bool placeholder_seen_ = false;
};

}  // namespace sms2fa
