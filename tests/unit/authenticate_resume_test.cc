// SPDX-License-Identifier: Apache-2.0
// A challenge outlives its connection: who may go on with it, and when it ends.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

void spend_all_tries(Scene& scene, const std::string& user = "alice") {
  auto guesser = scene.person().types("000 001").types("000 001").types("000 001");
  scene.attempt(guesser, Scene::login(user));
}

}  // namespace

TEST(a_second_attempt_goes_on_with_the_same_code) {
  Scene scene;
  auto first = scene.person();
  const AuditEvent before = scene.attempt(first);
  scene.clock.advance(40s);
  auto second = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.ref, before.ref);
  CHECK_EQ(event.message_id, "");
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(second.prompt(0), "Code sent 40 s ago to ********67 (ref " + event.ref +
                                 "). Enter one time PIN (r = resend): ");
}

TEST(long_ages_are_told_in_minutes) {
  Scene scene;
  auto first = scene.person();
  scene.attempt(first);
  scene.clock.advance(150s);
  auto second = scene.person();
  scene.attempt(second);
  CHECK(second.prompt(0).starts_with("Code sent 3 min ago to "));
}

TEST(a_second_attempt_goes_on_with_the_same_counter) {
  Scene scene;
  auto first = scene.person().types("000 001").types("000 001");
  scene.attempt(first);
  auto second = scene.person().types("000 001").types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(event.reason, Reason::no_tries_left);
  CHECK_EQ(event.answers, 1u);
  CHECK_EQ(second.prompts().size(), 1u);
  CHECK_EQ(scene.failures_of("alice"), 3);
}

TEST(two_connections_at_once_share_code_and_counter) {
  Scene scene;
  auto inner = scene.person().types("000 001").types("000 001");
  auto outer = scene.person().meanwhile([&] { scene.attempt(inner); }).types("000 001").types([&] {
    return scene.code();
  });
  const AuditEvent event = scene.attempt(outer);
  CHECK_EQ(event.reason, Reason::no_tries_left);
  CHECK_EQ(outer.prompts().size(), 1u);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(another_source_or_service_gets_a_challenge_of_its_own) {
  for (const auto& other :
       {Scene::login("alice", "sshd", "203.0.113.9"), Scene::login("alice", "sudo", "192.0.2.7"),
        Scene::login("alice", "sshd", "")}) {
    Scene scene;
    auto first = scene.person();
    scene.attempt(first);
    auto second = scene.person().types([&] { return scene.code(0); });
    const AuditEvent event = scene.attempt(second, other);
    CHECK_EQ(event.verdict, AuditVerdict::denied);
    CHECK_EQ(scene.messenger->count(), 2u);
    CHECK(scene.code(0) != scene.code(1));
    CHECK(second.prompt(0).starts_with("Code sent by SMS to "));
    CHECK(second.prompt(1).starts_with("Wrong code, 2 tries left."));
    // And the first challenge is none the worse for it.
    auto third = scene.person().types([&] { return scene.code(0); });
    CHECK_EQ(scene.attempt(third).verdict, AuditVerdict::accepted);
  }
}

TEST(another_user_gets_a_challenge_of_their_own) {
  Scene scene;
  auto alice = scene.person();
  scene.attempt(alice);
  auto bob = scene.person().types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(bob, Scene::login("bob")).verdict, AuditVerdict::denied);
}

TEST(keys_do_not_run_into_each_other) {
  Scene scene;
  scene.directory->add("alicesshd", "+353851234568");
  auto first = scene.person();
  scene.attempt(first, Scene::login("alice", "sshd", "192.0.2.7"));
  auto second = scene.person();
  scene.attempt(second, Scene::login("alicesshd", "", "192.0.2.7"));
  CHECK_EQ(scene.messenger->count(), 2u);
}

TEST(after_a_success_the_next_login_gets_a_new_code_at_once) {
  Scene scene;
  auto first = scene.person().types([&] { return scene.code(); });
  scene.attempt(first);
  auto second =
      scene.person().types([&] { return scene.code(0); }).types([&] { return scene.code(1); });
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(scene.messenger->count(), 2u);
  CHECK(second.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
}

TEST(a_code_is_used_once_even_by_a_connection_that_stands_open) {
  Scene scene;
  auto inner = scene.person().types([&] { return scene.code(); });
  AuditEvent inside;
  auto outer = scene.person().meanwhile([&] { inside = scene.attempt(inner); }).types([&] {
    return scene.code();
  });
  const AuditEvent event = scene.attempt(outer);
  CHECK_EQ(inside.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::used_elsewhere);
  CHECK_EQ(event.answers, 0u);
  CHECK_EQ(outer.notice(), "Another login has used this code. Log in again for a new one.");
}

TEST(out_of_tries_rests_and_says_when_to_come_back) {
  Scene scene;
  spend_all_tries(scene);
  scene.clock.advance(12s);
  auto second = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::cooldown);
  CHECK_EQ(event.answers, 0u);
  CHECK_EQ(second.prompts().size(), 0u);
  CHECK_EQ(second.notice(), "Too many wrong codes. A new one can be sent in 18 s at the earliest.");
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(after_the_rest_there_is_a_new_code) {
  Scene scene;
  spend_all_tries(scene);
  scene.clock.advance(30s - 1ms);
  auto early = scene.person();
  CHECK_EQ(scene.attempt(early).reason, Reason::cooldown);
  CHECK_EQ(early.notice(), "Too many wrong codes. A new one can be sent in 1 s at the earliest.");
  scene.clock.advance(1ms);
  auto second =
      scene.person().types([&] { return scene.code(0); }).types([&] { return scene.code(1); });
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(scene.messenger->count(), 2u);
  CHECK(second.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
}

TEST(a_rest_is_for_one_key_only) {
  Scene scene;
  spend_all_tries(scene);
  auto elsewhere = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(elsewhere, Scene::login("alice", "sshd", "203.0.113.9")).verdict,
           AuditVerdict::accepted);
}

TEST(an_expired_code_is_followed_by_a_new_one) {
  Scene scene;
  auto first = scene.person();
  scene.attempt(first);
  scene.clock.advance(5min);
  auto second =
      scene.person().types([&] { return scene.code(0); }).types([&] { return scene.code(1); });
  CHECK_EQ(scene.attempt(second).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.messenger->count(), 2u);
  CHECK(second.prompt(0).starts_with("Code sent by SMS to "));
  CHECK(second.prompt(1).starts_with("Wrong code, 2 tries left."));
}

TEST(a_resend_does_not_lengthen_a_codes_life) {
  Scene scene;
  auto person =
      scene.person().waits(290s).types("r").waits(10s).types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).reason, Reason::expired);
  CHECK_EQ(scene.messenger->count(), 2u);
}
