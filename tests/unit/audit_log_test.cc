// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/audit_log.h"

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

AuditEvent full() {
  AuditEvent event;
  event.verdict = AuditVerdict::accepted;
  event.reason = Reason::right_code;
  event.user = "alice";
  event.service = "sshd";
  event.rhost = "192.0.2.7";
  event.tty = "ssh";
  event.ruser = "bob";
  event.after = "publickey";
  event.method = "sms";
  event.provider = "twilio";
  event.message_id = "SM0123";
  event.ref = "K7";
  event.number = PhoneNumber::parse_international("+353851234567");
  event.answers = 2;
  event.detail = "twilio: accepted";
  event.send_took = 312ms;
  return event;
}

}  // namespace

TEST(a_full_line) {
  CHECK_EQ(format(full()),
           "accepted reason=right-code user=alice service=sshd rhost=192.0.2.7 tty=ssh ruser=bob "
           "after=publickey method=sms provider=twilio message=SM0123 number=********67 ref=K7 "
           "answers=2 send_ms=312 detail=\"twilio: accepted\"");
}

TEST(what_is_absent_is_left_out) {
  AuditEvent event;
  event.reason = Reason::unknown_user;
  event.user = "mallory";
  CHECK_EQ(format(event), "denied reason=unknown-user user=mallory answers=0");
}

TEST(an_unavailable_attempt) {
  AuditEvent event;
  event.verdict = AuditVerdict::unavailable;
  event.reason = Reason::store_failed;
  event.user = "alice";
  event.detail = "disk full";
  CHECK_EQ(format(event),
           "unavailable reason=store-failed user=alice answers=0 detail=\"disk full\"");
}

TEST(a_name_can_not_forge_fields_or_lines) {
  AuditEvent event;
  event.reason = Reason::unknown_user;
  event.user = "x reason=right-code user=root";
  CHECK_EQ(format(event),
           "denied reason=unknown-user user=\"x reason=right-code user=root\" answers=0");
  event.user = "x\" reason=right-code";
  CHECK_EQ(format(event), "denied reason=unknown-user user=\"x\\x22 reason=right-code\" answers=0");
  event.user = "x\naccepted reason=right-code";
  CHECK_EQ(format(event),
           "denied reason=unknown-user user=\"x\\x0aaccepted reason=right-code\" answers=0");
  event.user = "a=b";
  CHECK_EQ(format(event), "denied reason=unknown-user user=\"a=b\" answers=0");
  event.user = "a\\";
  CHECK_EQ(format(event), "denied reason=unknown-user user=a\\x5c answers=0");
}

TEST(hostile_bytes_in_any_member_are_escaped) {
  const std::string hostile = std::string("\x1b[31m%n\r\0\t\x7f\xc3\xa9", 13);
  const std::string shown = "\\x1b[31m%n\\x0d\\x00\\x09\\x7f\\xc3\\xa9";
  std::string AuditEvent::*const members[] = {
      &AuditEvent::user,       &AuditEvent::service, &AuditEvent::rhost,  &AuditEvent::tty,
      &AuditEvent::ruser,      &AuditEvent::after,   &AuditEvent::method, &AuditEvent::provider,
      &AuditEvent::message_id, &AuditEvent::ref,     &AuditEvent::detail};
  for (const auto member : members) {
    AuditEvent event;
    event.*member = hostile;
    const std::string line = format(event);
    CHECK(line.find("=" + shown) != std::string::npos);
    for (const char c : line) CHECK(c >= 0x20 && c < 0x7f);
  }
}

TEST(long_values_are_cut) {
  AuditEvent event;
  event.user = std::string(100'000, 'u');
  event.detail = std::string(100'000, 'd');
  const std::string line = format(event);
  CHECK(line.size() < 600);
  CHECK(line.find(" user=" + std::string(125, 'u') + "... ") != std::string::npos);
  CHECK(line.ends_with(" detail=" + std::string(297, 'd') + "..."));
}

TEST(a_number_is_masked_wherever_it_stands) {
  const std::string line = format(full());
  CHECK(line.find("353851234567") == std::string::npos);
  CHECK(line.find("number=********67") != std::string::npos);
}

TEST(a_notice) {
  AuditNotice notice;
  notice.kind = NoticeKind::delivery;
  notice.user = "alice";
  notice.provider = "twilio";
  notice.message_id = "SM0123";
  notice.number = PhoneNumber::parse_international("+353851234567");
  notice.ref = "K7";
  notice.state = "undelivered";
  notice.detail = "twilio: unreachable (30003)";
  CHECK_EQ(format(notice),
           "notice kind=delivery user=alice provider=twilio message=SM0123 number=********67 "
           "ref=K7 state=undelivered detail=\"twilio: unreachable (30003)\"");
}

TEST(a_notice_counts_from_nothing_up) {
  AuditNotice notice;
  notice.kind = NoticeKind::code_used;
  notice.by = "root";
  notice.service = "sshd";
  notice.rhost = "x\nnotice kind=unlocked";
  notice.method = "backup";
  notice.count = 0;
  CHECK_EQ(format(notice),
           "notice kind=code-used service=sshd rhost=\"x\\x0anotice kind=unlocked\" by=root "
           "method=backup count=0");
}

TEST(without_journald_the_line_goes_to_syslog) {
  // syslog() has no way to report; this must only not crash on a format string.
  AuditEvent event = full();
  event.user = "%s%s%s%n";
  SystemAuditLog log("audit_log_test", "/nonexistent/socket");
  log.record(event);
  event.verdict = AuditVerdict::unavailable;
  log.record(event);
  AuditNotice notice;
  notice.user = "%s%n";
  log.notice(notice);
}
