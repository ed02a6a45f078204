// SPDX-License-Identifier: Apache-2.0
// Locks and sshd's placeholders: what becomes of an attempt that begins as a real one.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(ten_wrong_codes_lock_and_thirty_minutes_later_it_is_over) {
  Scene scene;
  scene.fail_often("alice", 10);
  CHECK_EQ(scene.failures_of("alice"), 10);
  const size_t sent = scene.messenger->count();
  const std::string code = scene.choose_code("493817");
  auto locked = scene.person().types(code);
  const AuditEvent event = scene.attempt(locked);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::locked);
  CHECK_EQ(scene.messenger->count(), sent);
  scene.clock.advance(30min);
  auto after = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(after).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(the_tenth_answer_may_still_be_right) {
  Scene scene;
  scene.fail_often("alice", 9);
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(who_is_locked_in_mid_attempt_hears_wrong_code_for_the_right_one) {
  Scene scene;
  auto person = scene.person()
                    .meanwhile([&] { scene.fail_often("alice", 10); })
                    .types([&] { return scene.code(0); })
                    .types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK(person.prompt(2).starts_with("Wrong code, 1 try left."));
  CHECK_EQ(scene.failures_of("alice"), 10);
}

TEST(who_is_locked_in_mid_attempt_gets_no_further_message) {
  Scene scene;
  auto person = scene.person()
                    .meanwhile([&] { scene.fail_often("alice", 10); })
                    .types("000 001")
                    .waits(30s)
                    .types("r");
  const size_t before = 1 + 4;  // the attempt's own, and those of the failures
  scene.attempt(person);
  CHECK_EQ(scene.messenger->count(), before);
  CHECK(person.prompt(2).starts_with("Code on its way again to ********67"));
}

TEST(a_lock_does_not_show_in_a_challenge_that_stood_open) {
  Scene scene;
  auto first = scene.person();
  scene.attempt(first);
  scene.fail_often("alice", 10);
  scene.clock.advance(20s);
  auto second = scene.person().types([&] { return scene.code(0); }).waits(20s).types("r");
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::locked);
  CHECK(second.prompt(0).starts_with("Code sent 20 s ago to ********67"));
  CHECK(second.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK(second.prompt(2).starts_with("Code on its way again to ********67"));
  CHECK_EQ(scene.messenger->count(), 5u);
}

TEST(a_lock_does_not_show_in_the_budgets) {
  Scene scene;
  scene.fail_often("alice", 10);
  REQUIRE(scene.messenger->count() == 4);
  // Two of the six messages in ten minutes are left, as for somebody who was never on record.
  for (int i = 0; i < 3; ++i) {
    auto person = scene.person();
    scene.attempt(person, Scene::login("alice", "sshd", "203.0.113." + std::to_string(i)));
    CHECK_EQ(person.prompts().size(), i < 2 ? 1u : 0u);
  }
}

TEST(somebody_else_with_the_same_phone_may_log_in_while_one_is_locked) {
  Scene scene;
  scene.directory->add("alice2", "+353851234567");
  scene.fail_often("alice", 10);
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person, Scene::login("alice2")).verdict, AuditVerdict::accepted);
}

TEST(a_decoys_challenge_is_nothing_to_a_real_attempt) {
  Scene scene;
  const std::string code = scene.choose_code("493817");
  auto before = scene.person();
  scene.attempt(before, Scene::login("carol"));
  scene.directory->add("carol", "+353851234599");
  auto person = scene.person().types(code).types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person, Scene::login("carol"));
  CHECK(person.prompt(0).starts_with("Code sent by SMS to ********99"));
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(a_real_challenge_is_nothing_to_a_decoy) {
  Scene scene;
  auto before = scene.person();
  scene.attempt(before);
  scene.directory->remove("alice");
  auto person = scene.person().types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::unknown_user);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(after_a_lock_that_struck_in_mid_attempt_there_is_a_new_code) {
  Scene scene;
  scene.limits().lockout = 60s;
  auto first = scene.person().meanwhile([&] { scene.fail_often("alice", 10); }).types("000 001");
  scene.attempt(first);
  scene.clock.advance(60s);
  auto second = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(second).verdict, AuditVerdict::accepted);
  CHECK(second.prompt(0).starts_with("Code sent by SMS to "));
}

TEST(a_success_elsewhere_does_not_revive_a_locked_attempt) {
  Scene scene;
  scene.limits().lockout = 60s;
  auto person = scene.person()
                    .meanwhile([&] { scene.fail_often("alice", 10); })
                    .types("000 001")
                    .waits(60s)
                    .types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::denied);
}

TEST(sshds_placeholder_concerns_the_connection_that_it_came_on) {
  Scene scene;
  auto person = scene.person()
                    .is_replaced_by_sshd()
                    .types([&] { return scene.code(); })
                    .waits(30s)
                    .types("r");
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK(person.prompt(2).starts_with("Wrong code, 1 try left."));
  CHECK(person.prompt(3).starts_with("Code on its way again to "));
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(event.reason, Reason::not_admitted);
  CHECK_EQ(scene.failures_of("alice"), 0);
  // A backspace is one too. Who types it loses no code and no guess.
  auto again = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(again).reason, Reason::right_code);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(sshds_placeholder_is_counted_for_nobody_and_takes_a_try) {
  Scene scene;
  auto person = scene.person().is_replaced_by_sshd().is_replaced_by_sshd().is_replaced_by_sshd();
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.reason, Reason::not_admitted);
  CHECK_EQ(person.prompts().size(), 3u);
  CHECK_EQ(scene.failures_of("alice"), 0);
  CHECK_EQ(scene.store.count_of("count alice"), 0);
}

TEST(sshds_placeholder_of_one_character_asks_for_a_message_that_never_comes) {
  Scene scene;
  auto person = scene.person().is_replaced_by_sshd(1).waits(30s).is_replaced_by_sshd(1).types(
      [&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK(person.prompt(1).starts_with("Not yet: r works in 30 s."));
  CHECK(person.prompt(2).starts_with("Code on its way again to ********67"));
  CHECK(person.prompt(3).starts_with("Wrong code, 2 tries left."));
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(who_sshd_will_not_admit_gets_no_message_at_all) {
  Scene scene;
  auto request = Scene::login();
  request.not_admitted = true;
  auto person = scene.person().is_replaced_by_sshd().is_replaced_by_sshd().is_replaced_by_sshd();
  const AuditEvent event = scene.attempt(person, request);
  CHECK_EQ(event.reason, Reason::not_admitted);
  CHECK_EQ(scene.messenger->count(), 0u);
}
