// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/audit_log.h"

#include <syslog.h>

#include "lib/audit/entry.h"

namespace sms2fa {

std::string format(const AuditEvent& event) {
  return entry_of(event).line;
}

std::string format(const AuditNotice& notice) {
  return entry_of(notice).line;
}

void SystemAuditLog::write(const AuditEntry& entry) const {
  if (!journal_.send(entry)) syslog(LOG_AUTHPRIV | entry.priority, "%s", entry.line.c_str());
}

void SystemAuditLog::record(const AuditEvent& event) {
  write(entry_of(event));
}

void SystemAuditLog::notice(const AuditNotice& notice) {
  write(entry_of(notice));
}

}  // namespace sms2fa
