// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/journal.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "lib/audit/audit_log.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;

namespace {

// The other end: what journald would get.
class Listener {
 public:
  explicit Listener(const std::string& path) : fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  // "" when nothing has come.
  std::string next() {
    std::array<char, 65536> buffer{};
    const ssize_t size = recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size > 0 ? std::string(buffer.data(), static_cast<size_t>(size)) : std::string();
  }

 private:
  UniqueFd fd_;
};

AuditEvent denial() {
  AuditEvent event;
  event.reason = Reason::locked;
  event.user = "alice";
  event.rhost = "2001:db8::1";
  event.detail = "one\ntwo";
  return event;
}

}  // namespace

TEST(an_entry_is_one_datagram_of_fields) {
  const test::ScratchDirectory scratch;
  Listener listener(scratch.path("socket"));
  const Journal journal("sms2fad", scratch.path("socket"));
  REQUIRE(journal.send(entry_of(denial())));
  CHECK_EQ(listener.next(),
           "MESSAGE=denied reason=locked user=alice rhost=2001:db8::1 answers=0 "
           "detail=one\\x0atwo\n"
           "PRIORITY=5\n"
           "MESSAGE_ID=5264632b080b4ce394bf4a42435fbd1f\n"
           "SYSLOG_FACILITY=10\n"
           "SYSLOG_IDENTIFIER=sms2fad\n"
           "SMS2FA_VERDICT=denied\n"
           "SMS2FA_REASON=locked\n"
           "SMS2FA_USER=alice\n"
           "SMS2FA_RHOST=2001:db8::1\n"
           "SMS2FA_ANSWERS=0\n"
           "SMS2FA_DETAIL=one\\x0atwo\n");
}

TEST(the_longest_entry_fits) {
  const test::ScratchDirectory scratch;
  Listener listener(scratch.path("socket"));
  AuditEvent event = denial();
  event.user = event.rhost = event.ruser = event.detail = std::string(100'000, '\n');
  CHECK(Journal("sms2fad", scratch.path("socket")).send(entry_of(event)));
  CHECK(listener.next().size() < 4096);
}

TEST(without_a_journal_it_says_so) {
  const test::ScratchDirectory scratch;
  CHECK(!Journal("sms2fad", scratch.path("socket")).send(entry_of(denial())));
  CHECK(!Journal("sms2fad", std::string(500, 'x')).send(entry_of(denial())));
}

TEST(a_journal_that_was_restarted_is_found_again) {
  const test::ScratchDirectory scratch;
  const Journal journal("sms2fad", scratch.path("socket"));
  { const Listener first(scratch.path("socket")); }
  CHECK(!journal.send(entry_of(denial())));
  std::filesystem::remove(scratch.path("socket"));
  Listener second(scratch.path("socket"));
  CHECK(journal.send(entry_of(denial())));
  CHECK(!second.next().empty());
}

TEST(a_journal_that_is_overrun_does_not_make_anybody_wait) {
  const test::ScratchDirectory scratch;
  const Listener listener(scratch.path("socket"));
  const Journal journal("sms2fad", scratch.path("socket"));
  bool taken = true;
  for (int i = 0; i < 100'000 && taken; ++i) taken = journal.send(entry_of(denial()));
  CHECK(!taken);
}

TEST(the_audit_log_prefers_the_journal) {
  const test::ScratchDirectory scratch;
  Listener listener(scratch.path("socket"));
  SystemAuditLog log("sms2fad", scratch.path("socket"));
  log.record(denial());
  CHECK(listener.next().starts_with("MESSAGE=denied reason=locked "));
  AuditNotice notice;
  notice.kind = NoticeKind::locked;
  notice.count = 10;
  log.notice(notice);
  const std::string datagram = listener.next();
  CHECK(datagram.starts_with("MESSAGE=notice kind=locked count=10\nPRIORITY=4\n"));
  CHECK(datagram.ends_with("SMS2FA_VERDICT=notice\nSMS2FA_KIND=locked\nSMS2FA_COUNT=10\n"));
}
