// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/session/challenge_table.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/notices.h"
#include "lib/session/policy.h"
#include "lib/session/surroundings.h"

namespace sms2fa {

// What became of one answer.
struct Judgement {
  enum class Kind {
    right,
    wrong,
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
        notices_(request, around.audit) {}

  // Counts into the event, and tells the log what the answer brought about.

  Judgement judge(const Reply& reply, const Standing& standing, const ChallengeKey& key,
                  const ChallengeTable::Handle& challenge);

 private:
  Result<FactorCheck> try_factors(const Reply& reply, const Standing& standing, bool real);
  Judgement right_by(const FactorCheck& factor);
  CheckStatus ask_provider(const Reply& reply, const Standing& standing, const Carrier& carrier,
                           bool real);

  const LoginRequest& request_;
  const Setup& setup_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  const Notices notices_;
};

}  // namespace sms2fa
