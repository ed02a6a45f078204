// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/entry.h"

#include <syslog.h>

#include <map>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

AuditNotice of(NoticeKind kind, unsigned count = 1, bool needs_attention = false) {
  AuditNotice notice;
  notice.kind = kind;
  notice.count = count;
  notice.needs_attention = needs_attention;
  return notice;
}

std::map<std::string, std::string> fields_of(const AuditEntry& entry) {
  return {entry.fields.begin(), entry.fields.end()};
}

}  // namespace

TEST(fields_are_the_lines_parts_without_quotes) {
  AuditEvent event;
  event.reason = Reason::wrong_code;
  event.user = "al ice";
  event.number = PhoneNumber::parse_international("+353851234567");
  event.answers = 2;
  const AuditEntry entry = entry_of(event);
  CHECK_EQ(entry.line, "denied reason=wrong-code user=\"al ice\" number=********67 answers=2");
  const std::map<std::string, std::string> expected = {{"verdict", "denied"},
                                                       {"reason", "wrong-code"},
                                                       {"user", "al ice"},
                                                       {"number", "********67"},
                                                       {"answers", "2"}};
  CHECK(fields_of(entry) == expected);
}

TEST(no_field_can_hold_a_line_break) {
  AuditEvent event;
  event.user = "x\nSMS2FA_VERDICT=accepted";
  event.detail = "a\rb\nc";
  for (const auto& [name, value] : entry_of(event).fields)
    CHECK(value.find('\n') == std::string::npos);
  CHECK_EQ(fields_of(entry_of(event))["user"], "x\\x0aSMS2FA_VERDICT=accepted");
}

TEST(a_verdicts_priority) {
  AuditEvent event;
  CHECK_EQ(entry_of(event).priority, LOG_NOTICE);
  event.needs_attention = true;
  CHECK_EQ(entry_of(event).priority, LOG_WARNING);
  event.verdict = AuditVerdict::accepted;
  CHECK_EQ(entry_of(event).priority, LOG_WARNING);
  event.verdict = AuditVerdict::unavailable;
  CHECK_EQ(entry_of(event).priority, LOG_ERR);
}

TEST(a_notices_priority) {
  for (const auto kind : {NoticeKind::many_failures, NoticeKind::locked, NoticeKind::disabled,
                          NoticeKind::replay, NoticeKind::bypass_issued, NoticeKind::bypass_used})
    CHECK_EQ(entry_of(of(kind)).priority, LOG_WARNING);
  for (const auto kind :
       {NoticeKind::unlocked, NoticeKind::delivery, NoticeKind::provider_state,
        NoticeKind::enrolled, NoticeKind::removed, NoticeKind::codes_made, NoticeKind::code_used}) {
    CHECK_EQ(entry_of(of(kind)).priority, LOG_NOTICE);
    CHECK_EQ(entry_of(of(kind, 1, true)).priority, LOG_WARNING);
  }
}

TEST(a_success_after_a_slip_of_the_finger_is_no_warning) {
  CHECK_EQ(entry_of(of(NoticeKind::success_after_failures, 2)).priority, LOG_NOTICE);
  CHECK_EQ(entry_of(of(NoticeKind::success_after_failures, 3)).priority, LOG_WARNING);
}

TEST(verdicts_and_notices_are_told_apart) {
  const std::string verdict = entry_of(AuditEvent()).message_id;
  const std::string notice = entry_of(AuditNotice()).message_id;
  CHECK(verdict != notice);
  for (const auto& id : {verdict, notice}) {
    CHECK_EQ(id.size(), 32u);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}
