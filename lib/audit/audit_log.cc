// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/audit_log.h"

#include <syslog.h>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestDetail = 300;

void append(std::string& line, const char* name, const std::string& value, size_t most = 128) {
  if (value.empty()) return;
  const std::string shown = escape(value, most);
  const bool quoted = shown.find_first_of(" =") != std::string::npos;
  line += std::string(" ") + name + "=" + (quoted ? "\"" + shown + "\"" : shown);
}

int priority_of(const AuditEvent& event) {
  switch (event.verdict) {
    case AuditVerdict::accepted:
    case AuditVerdict::denied:
      return event.needs_attention ? LOG_WARNING : LOG_NOTICE;
    case AuditVerdict::unavailable:
      return LOG_ERR;
  }
  return LOG_ERR;
}

}  // namespace

std::string format(const AuditEvent& event) {
  std::string line = std::string(to_string(event.verdict)) + " reason=" + to_string(event.reason);
  append(line, "user", event.user);
  append(line, "service", event.service);
  append(line, "rhost", event.rhost);
  append(line, "tty", event.tty);
  append(line, "ruser", event.ruser);
  append(line, "after", event.after);
  append(line, "method", event.method);
  append(line, "provider", event.provider);
  append(line, "message", event.message_id);
  if (event.number) append(line, "number", event.number->masked());
  append(line, "ref", event.ref);
  append(line, "answers", std::to_string(event.answers));
  if (event.send_took) append(line, "send_ms", std::to_string(event.send_took->count()));
  append(line, "detail", event.detail, kLongestDetail);
  return line;
}

void SyslogAuditLog::record(const AuditEvent& event) {
  syslog(LOG_AUTHPRIV | priority_of(event), "%s", format(event).c_str());
}

}  // namespace sms2fa
