// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/audit/event.h"

namespace sms2fa {

// How an attempt ends.
struct Ending {
  AuditVerdict verdict;
  Reason reason;
};

inline Ending denied(Reason reason) {
  return {AuditVerdict::denied, reason};
}

inline Ending unavailable(Reason reason) {
  return {AuditVerdict::unavailable, reason};
}

}  // namespace sms2fa
