// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/audit/event.h"

namespace sms2fa {

// One line: verdict and reason first, then name=value pairs; values with blanks are quoted,
// untrusted ones escaped, absent ones left out. Never a code, a key or a whole number.
std::string format(const AuditEvent& event);

// Where verdicts go. Thread-safe.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  virtual void record(const AuditEvent& event) = 0;
};

// syslog, facility authpriv: notice for accepted and denied (warning when a provider needs
// attention), err for unavailable.
class SyslogAuditLog final : public AuditLog {
 public:
  void record(const AuditEvent& event) override;
};

}  // namespace sms2fa
