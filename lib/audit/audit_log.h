// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/audit/event.h"
#include "lib/audit/journal.h"
#include "lib/audit/notice.h"

namespace sms2fa {

// The line that a verdict or notice is in the system's log (entry.h).
std::string format(const AuditEvent& event);
std::string format(const AuditNotice& notice);

// Where verdicts and notices go. Thread-safe; never fails as far as the caller is concerned.
class AuditLog {
 public:
  virtual ~AuditLog() = default;
  // The one verdict of an attempt.
  virtual void record(const AuditEvent& event) = 0;
  virtual void notice(const AuditNotice& notice) = 0;
};

// The system's log, facility authpriv: journald, with fields, where it takes them; else syslog.
class SystemAuditLog final : public AuditLog {
 public:
  // As Journal's constructor. syslog(3) uses whatever openlog(3) was called with.
  explicit SystemAuditLog(const std::string& identifier,
                          const std::string& socket = Journal::kSocket)
      : journal_(identifier, socket) {}
  void record(const AuditEvent& event) override;
  void notice(const AuditNotice& notice) override;

 private:
  void write(const AuditEntry& entry) const;

  Journal journal_;
};

}  // namespace sms2fa
