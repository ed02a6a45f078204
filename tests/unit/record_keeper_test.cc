// SPDX-License-Identifier: Apache-2.0
#include "lib/session/record_keeper.h"

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

AuditEvent success() {
  AuditEvent event;
  event.verdict = AuditVerdict::accepted;
  event.reason = Reason::right_code;
  event.user = "alice";
  event.service = "sshd";
  event.rhost = "192.0.2.7";
  event.method = "sms";
  event.provider = "twilio";
  event.message_id = "SM1";
  event.number = PhoneNumber::parse_international("+353851234567");
  return event;
}

}  // namespace

TEST(a_verdict_is_handed_on_and_kept) {
  Scene scene;
  RecordKeeper keeper(scene.audit, *scene.memory, scene.clock);
  keeper.record(success());
  CHECK_EQ(scene.audit.lines().at(0), format(success()));
  const auto kept = scene.memory->recent_verdicts(std::nullopt, 10);
  REQUIRE(kept.ok() && kept->size() == 1);
  const VerdictRecord& record = kept->front();
  CHECK(record.when == scene.clock.wall_now());
  CHECK_EQ(record.user + " " + record.service + " " + record.rhost, "alice sshd 192.0.2.7");
  CHECK_EQ(record.verdict + " " + record.reason, "accepted right-code");
  CHECK_EQ(record.method + " " + record.provider + " " + record.message_id, "sms twilio SM1");
  CHECK_EQ(record.masked_number, "********67");
  CHECK_EQ(record.limit, "");
}

TEST(the_limit_that_denied_somebody_is_kept) {
  Scene scene;
  RecordKeeper keeper(scene.audit, *scene.memory, scene.clock);
  AuditEvent refused;
  refused.reason = Reason::over_limit;
  refused.limit = "sends_per_user";
  keeper.record(refused);
  const auto kept = scene.memory->recent_verdicts(std::nullopt, 1);
  REQUIRE(kept.ok() && kept->size() == 1);
  CHECK_EQ(kept->front().limit, "sends_per_user");
}

TEST(a_notice_is_kept_by_its_kind) {
  Scene scene;
  RecordKeeper keeper(scene.audit, *scene.memory, scene.clock);
  AuditNotice notice;
  notice.kind = NoticeKind::locked;
  notice.user = "alice";
  keeper.notice(notice);
  CHECK_EQ(scene.audit.lines().at(0), "notice kind=locked user=alice");
  const auto kept = scene.memory->recent_verdicts("alice", 10);
  REQUIRE(kept.ok() && kept->size() == 1);
  CHECK_EQ(kept->front().verdict + " " + kept->front().reason, "notice locked");
}

TEST(a_store_that_fails_does_not_keep_the_log_from_it) {
  Scene scene;
  FailingStore broken(*scene.memory);
  broken.fail(StoreCall::record_verdict);
  RecordKeeper keeper(scene.audit, broken, scene.clock);
  keeper.record(success());
  keeper.notice({});
  CHECK_EQ(scene.audit.lines().size(), 2u);
  const auto kept = scene.memory->recent_verdicts(std::nullopt, 10);
  CHECK(kept.ok() && kept->empty());
}
