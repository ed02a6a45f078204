// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/entry.h"

#include <syslog.h>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestValue = 128;
constexpr size_t kLongestDetail = 300;
constexpr unsigned kSlipsOfTheFinger = 2;

// systemd's way of telling kinds of messages apart: drawn once, and never to change.
constexpr const char* kVerdictId = "5264632b080b4ce394bf4a42435fbd1f";
constexpr const char* kNoticeId = "34bc313c92604301b57b23ad2ddd35c9";

int priority_of(const AuditEvent& event) {
  switch (event.verdict) {
    case AuditVerdict::accepted:
    case AuditVerdict::exempt:
    case AuditVerdict::denied:
      return event.needs_attention ? LOG_WARNING : LOG_NOTICE;
    case AuditVerdict::unavailable:
      return LOG_ERR;
  }
  return LOG_ERR;
}

bool is_warning(const AuditNotice& notice) {
  switch (notice.kind) {
    case NoticeKind::success_after_failures:
      return notice.needs_attention || notice.count.value_or(0) > kSlipsOfTheFinger;
    case NoticeKind::many_failures:
    case NoticeKind::locked:
    case NoticeKind::disabled:
    case NoticeKind::share_spent:
    case NoticeKind::replay:
    case NoticeKind::not_told:
    case NoticeKind::bypass_issued:
    case NoticeKind::bypass_used:
      return true;
    case NoticeKind::unlocked:
    case NoticeKind::delivery:
    case NoticeKind::provider_state:
    case NoticeKind::enrolled:
    case NoticeKind::removed:
    case NoticeKind::codes_made:
    case NoticeKind::code_used:
    case NoticeKind::invited:
      return notice.needs_attention;
  }
  return true;
}

class Writer {
 public:
  explicit Writer(AuditEntry& entry) : entry_(entry) {}

  // The line's first word, which has no name in it.
  void begin(const char* name, const char* word) {
    entry_.line = word;
    entry_.fields.emplace_back(name, word);
  }

  void add(const char* name, const std::string& value, size_t most = kLongestValue) {
    if (value.empty()) return;
    std::string shown = escape(value, most);
    const bool quoted = shown.find_first_of(" =") != std::string::npos;
    entry_.line += std::string(" ") + name + "=" + (quoted ? "\"" + shown + "\"" : shown);
    entry_.fields.emplace_back(name, std::move(shown));
  }

  void add(const char* name, const std::optional<PhoneNumber>& number) {
    if (number) add(name, number->masked());
  }

 private:
  AuditEntry& entry_;
};

}  // namespace

AuditEntry entry_of(const AuditEvent& event) {
  AuditEntry entry{priority_of(event), kVerdictId, {}, {}};
  Writer out(entry);
  out.begin("verdict", to_string(event.verdict));
  out.add("reason", to_string(event.reason));
  out.add("user", event.user);
  out.add("typed", event.typed_user);
  out.add("service", event.service);
  out.add("rhost", event.rhost);
  out.add("tty", event.tty);
  out.add("ruser", event.ruser);
  out.add("rule", event.rule);
  out.add("after", event.after);
  out.add("method", event.method);
  out.add("provider", event.provider);
  out.add("message", event.message_id);
  out.add("number", event.number);
  out.add("ref", event.ref);
  out.add("answers", std::to_string(event.answers));
  if (event.send_took) out.add("send_ms", std::to_string(event.send_took->count()));
  out.add("detail", event.detail, kLongestDetail);
  return entry;
}

AuditEntry entry_of(const AuditNotice& notice) {
  AuditEntry entry{is_warning(notice) ? LOG_WARNING : LOG_NOTICE, kNoticeId, {}, {}};
  Writer out(entry);
  out.begin("verdict", "notice");
  out.add("kind", to_string(notice.kind));
  out.add("user", notice.user);
  out.add("service", notice.service);
  out.add("rhost", notice.rhost);
  out.add("by", notice.by);
  out.add("method", notice.method);
  out.add("provider", notice.provider);
  out.add("message", notice.message_id);
  out.add("number", notice.number);
  out.add("ref", notice.ref);
  out.add("state", notice.state);
  if (notice.count) out.add("count", std::to_string(*notice.count));
  out.add("detail", notice.detail, kLongestDetail);
  return entry;
}

}  // namespace sms2fa
