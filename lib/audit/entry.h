// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/audit/event.h"
#include "lib/audit/notice.h"

namespace sms2fa {

// What one verdict or notice looks like in every log: printable ASCII, bounded, numbers masked.
struct AuditEntry {
  int priority;            // syslog(3)'s: LOG_NOTICE, LOG_WARNING, LOG_ERR
  const char* message_id;  // journald's MESSAGE_ID: one for verdicts, one for notices
  std::string line;
  // The line's parts, for logs that keep fields: names in lower case, values escaped and unquoted.
  std::vector<std::pair<std::string, std::string>> fields;
};

// `denied reason=wrong-code user=alice …`: verdict and reason first, then name=value pairs; values
// with blanks are quoted, untrusted ones escaped, absent ones left out. Accepted and denied are
// notices (warnings when a provider needs attention), unavailable is an error.
AuditEntry entry_of(const AuditEvent& event);

// `notice kind=locked user=alice …`, in the same way. Locks, disabling, replays, many failures and
// bypass codes are warnings; so is a success after more failures than a slip of the finger
// explains.
AuditEntry entry_of(const AuditNotice& notice);

}  // namespace sms2fa
