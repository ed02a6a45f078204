// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/audit/event.h"
#include "lib/session/conversation.h"

namespace sms2fa {

// How an attempt ends.
struct LoginOutcome {
  AuditVerdict verdict;
  Reason reason;
};

inline LoginOutcome denied(Reason reason) {
  return {AuditVerdict::denied, reason};
}

// Let in unasked, by a rule.
inline LoginOutcome exempt() {
  return {AuditVerdict::exempt, Reason::rule};
}

inline LoginOutcome unavailable(Reason reason) {
  return {AuditVerdict::unavailable, reason};
}

// An attempt whose conversation ended before an answer came.
inline LoginOutcome interrupted(Reply::Status status) {
  switch (status) {
    case Reply::Status::stopped:
      return unavailable(Reason::shutting_down);
    case Reply::Status::broken:
      return denied(Reason::bad_request);
    case Reply::Status::timed_out:
      return denied(Reason::expired);
    case Reply::Status::gone:
    case Reply::Status::answered:
      return denied(Reason::client_gone);
  }
  return denied(Reason::client_gone);
}

}  // namespace sms2fa
