// SPDX-License-Identifier: Apache-2.0
// Whatever fails, nobody gets in who would not have, and nothing is stuck afterwards.
#include <stdexcept>

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kUnavailable = "The second factor cannot be checked at the moment.";

// After any fault the same person must be able to log in as soon as it is mended.
void check_next_login_works(Scene& scene) {
  scene.store.mend();
  scene.clock.advance(31s);
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
}

}  // namespace

TEST(a_store_that_fails_before_the_message_is_a_denial_without_a_message) {
  for (const StoreCall call :
       {StoreCall::state_of, StoreCall::decoy_key, StoreCall::reserve_send}) {
    Scene scene;
    scene.store.fail(call);
    auto person = scene.person().types("493817");
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::unavailable);
    CHECK_EQ(event.reason, Reason::store_failed);
    CHECK_EQ(event.detail, "the store is broken");
    CHECK_EQ(person.prompts().size(), 0u);
    CHECK_EQ(person.notice(), kUnavailable);
    CHECK_EQ(scene.messenger->count(), 0u);
    check_next_login_works(scene);
  }
}

TEST(a_store_that_fails_around_the_compare_denies_the_right_code) {
  for (const StoreCall call : {StoreCall::count_attempt, StoreCall::commit_outcome}) {
    Scene scene;
    scene.store.fail(call);
    auto person =
        scene.person().types([&] { return scene.code(); }).types([&] { return scene.code(); });
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::unavailable);
    CHECK_EQ(event.reason, Reason::store_failed);
    CHECK_EQ(event.detail, "the store is broken");
    CHECK_EQ(event.answers, 1u);
    CHECK_EQ(person.prompts().size(), 1u);
    CHECK_EQ(person.notice(), kUnavailable);
    check_next_login_works(scene);
  }
}

TEST(a_code_whose_success_could_not_be_committed_is_used_up) {
  Scene scene;
  scene.store.fail(StoreCall::commit_outcome);
  auto first = scene.person().types([&] { return scene.code(); });
  scene.attempt(first);
  scene.store.mend();
  auto second = scene.person().types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(second).verdict, AuditVerdict::denied);
  CHECK_EQ(scene.messenger->count(), 2u);
}

TEST(a_store_that_can_not_count_gives_no_free_guesses) {
  Scene scene;
  scene.store.fail(StoreCall::count_attempt);
  for (int i = 0; i < 3; ++i) {
    auto person = scene.person().types("000 001");
    CHECK_EQ(scene.attempt(person).reason, Reason::store_failed);
  }
  scene.store.mend();
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).reason, Reason::cooldown);
}

TEST(a_send_that_could_not_be_settled_stays_spent_and_harms_nobody) {
  Scene scene;
  scene.store.fail(StoreCall::settle_send);
  scene.limits().sends_per_number = {1, 10min};
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  auto next = scene.person();
  CHECK_EQ(scene.attempt(next).reason, Reason::over_limit);
}

TEST(a_store_that_throws_is_a_denial_at_every_call) {
  for (const StoreCall call :
       {StoreCall::state_of, StoreCall::decoy_key, StoreCall::reserve_send, StoreCall::settle_send,
        StoreCall::count_attempt, StoreCall::commit_outcome}) {
    Scene scene;
    scene.store.throw_at(call);
    auto person = scene.person().types([&] { return scene.code(); });
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::unavailable);
    CHECK_EQ(event.reason, Reason::internal_error);
    CHECK_EQ(event.detail, "the store threw");
    CHECK_EQ(event.user, "alice");
    check_next_login_works(scene);
  }
}

TEST(tries_that_ended_in_an_exception_still_end_the_challenge) {
  Scene scene;
  scene.store.throw_at(StoreCall::count_attempt);
  for (int i = 0; i < 3; ++i) {
    auto person = scene.person().types("000 001");
    CHECK_EQ(scene.attempt(person).reason, Reason::internal_error);
  }
  scene.store.mend();
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).reason, Reason::cooldown);
  CHECK_EQ(person.prompts().size(), 0u);
}

TEST(a_random_source_that_fails_at_any_draw_sends_nothing) {
  const int draws = 6 + 2;  // the code's digits and the ref
  for (int n = 0; n < draws; ++n) {
    Scene scene;
    scene.random.fail_at(n);
    auto person = scene.person().types("493817");
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::unavailable);
    CHECK_EQ(event.reason, Reason::internal_error);
    CHECK_EQ(event.detail, "no randomness");
    CHECK_EQ(person.prompts().size(), 0u);
    CHECK_EQ(person.notice(), kUnavailable);
    CHECK_EQ(scene.messenger->count(), 0u);
    check_next_login_works(scene);
  }
  Scene scene;
  scene.random.fail_at(draws);
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
}

TEST(a_decoy_survives_a_failing_random_source_too) {
  for (int n = 0; n < 10; ++n) {
    Scene scene;
    scene.random.fail_at(n);
    auto person = scene.person().types("493817");
    CHECK(scene.attempt(person, Scene::login("mallory")).verdict != AuditVerdict::accepted);
    auto next = scene.person();
    scene.clock.advance(31s);
    scene.attempt(next, Scene::login("mallory"));
    CHECK_EQ(next.prompts().size(), 1u);
  }
}

TEST(a_messenger_that_throws_is_a_denial) {
  Scene scene;
  scene.messenger->while_sending = [] { throw std::runtime_error("boom"); };
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.reason, Reason::internal_error);
  CHECK_EQ(event.detail, "boom");
  CHECK_EQ(person.prompts().size(), 0u);
  scene.messenger->while_sending = nullptr;
  check_next_login_works(scene);
}

TEST(a_messenger_that_throws_something_odd_is_a_denial) {
  Scene scene;
  scene.messenger->while_sending = [] { throw 42; };
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.reason, Reason::internal_error);
}

TEST(a_conversation_that_throws_is_a_denial) {
  Scene scene;
  auto person = scene.person().types("000 001").meanwhile([] { throw std::bad_alloc(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.answers, 1u);
  check_next_login_works(scene);
}

TEST(a_directory_that_fails_is_a_decoy_and_says_so_in_the_log) {
  Scene scene;
  auto person = scene.person().types("000 001");
  const AuditEvent event = scene.attempt(person, Scene::login("olaf"));
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::directory_failed);
  CHECK_EQ(event.detail, "the record is unusable");
  CHECK(person.prompt(0).starts_with("Code sent by SMS to "));
}
