// SPDX-License-Identifier: Apache-2.0
// Programs that log in for somebody answer each prompt by themselves, with the user name or the
// password: nobody is locked for it, and no messages are wasted.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

LoginRequest mail(const std::string& user = "alice") {
  return Scene::login(user, "dovecot");
}

ScriptedConversation answers_always(Scene& scene, const std::string& answer) {
  auto program = scene.person();
  for (int i = 0; i < 12; ++i) program.types(answer);
  return program;
}

ScriptedConversation answers_with_the_password(Scene& scene) {
  auto program = scene.person();
  for (int i = 0; i < 12; ++i) program.types_the_password();
  return program;
}

}  // namespace

TEST(a_program_that_answers_with_the_user_name_is_told_apart_and_locks_nobody) {
  Scene scene;
  auto program = answers_always(scene, "alice");
  const AuditEvent event = scene.attempt(program, mail());
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::no_person);
  CHECK(event.needs_attention);
  CHECK(event.detail.find("PROGRAMS in pam_sms2fa(8)") != std::string::npos);
  REQUIRE(program.prompts().size() == 2);
  CHECK_EQ(program.prompt(1), "Wrong code, 2 tries left. Enter one time PIN (r = resend): ");
  CHECK_EQ(program.notice(), "That was the user name or the password, not the code. Log in again.");
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(so_is_one_that_answers_with_the_password) {
  Scene scene;
  auto program = answers_with_the_password(scene);
  CHECK_EQ(scene.attempt(program, mail()).reason, Reason::no_person);
  CHECK_EQ(program.prompts().size(), 2u);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(four_logins_of_a_program_cost_one_message_and_leave_the_code_to_the_person) {
  for (const unsigned tries : {1u, 2u, 3u}) {
    Scene scene;
    scene.snapshot.configuration.code.tries = tries;
    for (int i = 0; i < 4; ++i) {
      auto program = answers_always(scene, "alice");
      CHECK_EQ(scene.attempt(program, mail()).reason, Reason::no_person);
      scene.clock.advance(40s);
    }
    CHECK_EQ(scene.messenger->count(), 1u);
    CHECK_EQ(scene.failures_of("alice"), 0);
    auto person = scene.person();
    for (unsigned i = 1; i < tries; ++i) person.types("000 001");
    person.types([&] { return scene.code(); });
    CHECK_EQ(scene.attempt(person, mail()).verdict, AuditVerdict::accepted);
  }
}

TEST(a_person_may_confuse_two_prompts_once) {
  Scene scene;
  auto person = scene.person().types_the_password().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person, mail()).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(guesses_are_never_given_back) {
  Scene scene;
  auto guesser = scene.person().types("000 001").types("alice").types("000 002");
  CHECK_EQ(scene.attempt(guesser, mail()).reason, Reason::no_tries_left);
  CHECK_EQ(scene.failures_of("alice"), 2);
  // Out of tries, an answer takes none, so there is none to give back.
  Scene other;
  auto inner = other.person().types("000 001").types("000 001").types("000 001");
  auto outer = other.person().meanwhile([&] { other.attempt(inner, mail()); }).types("alice");
  CHECK_EQ(other.attempt(outer, mail()).reason, Reason::no_tries_left);
  auto next = other.person().types([&] { return other.code(); });
  CHECK_EQ(other.attempt(next, mail()).reason, Reason::cooldown);
}

TEST(at_sshd_a_program_meets_what_an_account_does_that_is_not_admitted) {
  const auto run = [](Scene& scene, ScriptedConversation person, Reason reason) {
    LoginRequest request = Scene::login();
    request.lane = Lane::unproven;
    request.not_admitted = reason == Reason::not_admitted;
    CHECK_EQ(scene.attempt(person, request).reason, reason);
    return person.shape();
  };
  Scene known;
  Scene replaced;
  Scene with_password;
  const auto shape = run(known, answers_always(known, "alice"), Reason::no_tries_left);
  auto sshd = replaced.person();
  for (int i = 0; i < 12; ++i) sshd.is_replaced_by_sshd(5);
  CHECK_EQ(run(replaced, sshd, Reason::not_admitted), shape);
  CHECK_EQ(run(with_password, answers_with_the_password(with_password), Reason::no_tries_left),
           shape);
  CHECK_EQ(known.failures_of("alice"), 0);
  CHECK_EQ(with_password.failures_of("alice"), 0);
  CHECK(known.store.calls() == replaced.store.calls());
  CHECK(with_password.store.calls() == replaced.store.calls());
}

TEST(at_sshd_too_it_is_told_apart_behind_a_first_factor) {
  Scene scene;
  auto program = answers_with_the_password(scene);
  CHECK_EQ(scene.attempt(program, Scene::login()).reason, Reason::no_person);
  // What sshd puts in the place of answers ends no attempt early.
  Scene other;
  auto sshd = other.person().is_replaced_by_sshd(5).is_replaced_by_sshd(5).is_replaced_by_sshd(5);
  other.attempt(sshd, Scene::login());
  CHECK_EQ(sshd.prompts().size(), 3u);
}

TEST(the_name_that_was_typed_is_a_user_name_too) {
  Scene scene;
  LoginRequest request = mail();
  request.typed_user = "ALICE";
  auto program = answers_always(scene, "ALICE");
  CHECK_EQ(scene.attempt(program, request).reason, Reason::no_person);
}

TEST(a_password_costs_a_slow_hash_as_what_sshd_put_in_its_place_does) {
  Scene typed;
  Scene replaced;
  auto person = typed.person().types_the_password(12);
  auto sshd = replaced.person().is_replaced_by_sshd(12);
  typed.attempt(person);
  LoginRequest request = Scene::login();
  request.not_admitted = true;
  replaced.attempt(sshd, request);
  CHECK(typed.store.calls() == replaced.store.calls());
  CHECK_EQ(typed.store.count_of(std::string("use code ") + kDecoyUser), 1);
}

TEST(everybody_meets_the_same_end_elsewhere_too) {
  Scene real;
  auto expected = answers_always(real, "alice");
  real.attempt(expected, mail());
  for (const char* user : {"mallory", "nora", "tess", "prem", "olaf"}) {
    Scene scene;
    auto program = answers_always(scene, user);
    const AuditEvent event = scene.attempt(program, mail(user));
    CHECK_EQ(program.shape(), expected.shape());
    CHECK(event.reason != Reason::no_person);  // the log says why it was a decoy
    CHECK_EQ(scene.messenger->count(), 0u);
  }
}

TEST(the_right_code_does_not_let_in_when_it_is_the_user_name) {
  Scene scene;
  scene.directory->add("493817", "+353851234567");
  scene.random.next_code("493817");
  auto program = answers_always(scene, "493817");
  // Not by the scene, whose checks look for the code in the log.
  const auto event = authenticate(mail("493817"), {std::shared_ptr<void>(), &scene.snapshot},
                                  scene.services, program);
  CHECK_EQ(event.reason, Reason::no_person);
  CHECK_EQ(scene.code(), "493817");
}

TEST(what_can_not_be_a_code_costs_a_try_and_adds_nothing_towards_a_lock) {
  for (const char* answer : {"help", "hunter2", "+353851234567", "correct horse battery staple"}) {
    Scene scene;
    scene.limits().wrong_before_lockout = 1;
    auto person = answers_always(scene, answer);
    CHECK_EQ(scene.attempt(person).reason, Reason::no_tries_left);
    CHECK_EQ(person.prompts().size(), 3u);
    CHECK_EQ(scene.failures_of("alice"), 0);
    Scene decoy;
    auto stranger = answers_always(decoy, answer);
    decoy.attempt(stranger, Scene::login("mallory"));
    CHECK_EQ(stranger.shape(), person.shape());
    CHECK_EQ(scene.store.calls().size(), decoy.store.calls().size());
  }
}

TEST(what_could_be_one_is_counted) {
  for (const char* answer : {"000001", "000-001", "00000001", "7K2XM-Q9RTC"}) {
    Scene scene;
    auto person = scene.person().types(answer);
    scene.attempt(person);
    CHECK_EQ(scene.failures_of("alice"), 1);
  }
}
