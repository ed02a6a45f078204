// SPDX-License-Identifier: Apache-2.0
// "r": the same code once more.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(a_resend_carries_the_same_code_and_costs_no_try) {
  Scene scene;
  auto person = scene.person().types("000 001").waits(30s).types("r").types("000 001").types(
      [&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.answers, 3u);
  REQUIRE(scene.messenger->count() == 2);
  CHECK_EQ(scene.messenger->texts()[0].body, scene.messenger->texts()[1].body);
  CHECK_EQ(person.prompt(2), "Code on its way again to ********67 (ref " + event.ref +
                                 "). Enter one time PIN (r = resend): ");
  CHECK(person.prompt(3).starts_with("Wrong code, 1 try left."));
}

TEST(a_resend_too_soon_is_told_the_seconds) {
  Scene scene;
  auto person = scene.person().types("r").waits(12500ms).types("R").waits(17499ms).types("r");
  scene.attempt(person);
  CHECK(person.prompt(1).starts_with("Not yet: r works in 30 s. Enter"));
  CHECK(person.prompt(2).starts_with("Not yet: r works in 18 s. Enter"));
  CHECK(person.prompt(3).starts_with("Not yet: r works in 1 s. Enter"));
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(a_resend_too_soon_is_counted_from_the_last_one) {
  Scene scene;
  auto person = scene.person().waits(30s).types("r").waits(29s).types("r").waits(1s).types("r");
  scene.attempt(person);
  CHECK(person.prompt(2).starts_with("Not yet: r works in 1 s."));
  CHECK(person.prompt(3).starts_with("Code on its way again to "));
  CHECK_EQ(scene.messenger->count(), 3u);
}

TEST(no_more_messages_than_configured_leave_for_one_code) {
  Scene scene;
  auto person = scene.person().waits(30s).types("r").waits(30s).types("r").waits(30s).types("r");
  person.types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(scene.messenger->count(), 3u);
  CHECK(person.prompt(1).ends_with("(r = resend): "));
  CHECK(person.prompt(2).ends_with("Enter one time PIN: "));
  CHECK_EQ(person.prompt(3), "No more messages for this code. Enter one time PIN: ");
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
}

TEST(a_new_connection_does_not_refill_the_resends) {
  Scene scene;
  auto first = scene.person().waits(30s).types("r").waits(30s).types("r");
  scene.attempt(first);
  auto second = scene.person().waits(30s).types("r");
  scene.attempt(second);
  CHECK_EQ(scene.messenger->count(), 3u);
  CHECK(second.prompt(0).ends_with("Enter one time PIN: "));
  CHECK_EQ(second.prompt(1), "No more messages for this code. Enter one time PIN: ");
}

TEST(the_age_told_is_that_of_the_last_message) {
  Scene scene;
  auto first = scene.person().waits(60s).types("r");
  scene.attempt(first);
  scene.clock.advance(20s);
  auto second = scene.person();
  scene.attempt(second);
  CHECK(second.prompt(0).starts_with("Code sent 20 s ago to ********67"));
}

TEST(a_resend_that_fails_says_so_and_may_be_repeated_at_once) {
  Scene scene;
  scene.messenger->next(SendStatus::accepted);
  scene.messenger->next(SendStatus::try_elsewhere);
  auto person =
      scene.person().waits(30s).types("r").types("r").types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(person.prompt(1),
           "The message could not be sent again. Enter one time PIN (r = resend): ");
  CHECK(person.prompt(2).starts_with("Code on its way again to "));
  CHECK_EQ(scene.messenger->count(), 3u);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
}

TEST(failing_resends_are_bounded_like_others) {
  Scene scene;
  scene.messenger->next(SendStatus::accepted);
  scene.messenger->always(SendStatus::try_elsewhere);
  auto person = scene.person().waits(30s).types("r").types("r").types("r").types("r");
  scene.attempt(person);
  CHECK_EQ(scene.messenger->count(), 3u);
  CHECK(person.prompt(3).starts_with("No more messages for this code."));
}

TEST(a_resend_over_budget_does_not_end_the_attempt) {
  Scene scene;
  scene.limits().sends_per_number = {1, 10min};
  auto person = scene.person().waits(30s).types("r").types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK(person.prompt(1).starts_with("The message could not be sent again."));
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
}

TEST(a_resend_with_a_broken_store_sends_nothing) {
  Scene scene;
  auto person = scene.person()
                    .waits(30s)
                    .meanwhile([&] { scene.store.fail(StoreCall::reserve_send); })
                    .types("r");
  scene.attempt(person);
  CHECK(person.prompt(1).starts_with("The message could not be sent again."));
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(nothing_is_sent_again_for_a_used_code) {
  Scene scene;
  auto inner = scene.person().types([&] { return scene.code(); });
  auto outer = scene.person().waits(30s).meanwhile([&] { scene.attempt(inner); }).types("r");
  scene.attempt(outer);
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(outer.prompt(1), "No more messages for this code. Enter one time PIN: ");
}

TEST(nothing_is_sent_again_when_the_tries_are_out) {
  Scene scene;
  auto inner = scene.person().types("000 001").types("000 001").types("000 001");
  auto outer = scene.person().waits(30s).meanwhile([&] { scene.attempt(inner); }).types("r");
  scene.attempt(outer);
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(outer.prompt(1), "No more messages for this code. Enter one time PIN: ");
}

TEST(nothing_is_sent_again_for_an_expired_code) {
  Scene scene;
  auto person = scene.person().waits(5min).types("r");
  scene.attempt(person);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(a_resend_that_throws_does_not_block_the_next_one) {
  Scene scene;
  auto first = scene.person()
                   .waits(30s)
                   .meanwhile([&] {
                     scene.messenger->while_sending = [] { throw std::runtime_error("boom"); };
                   })
                   .types("r");
  CHECK_EQ(scene.attempt(first).reason, Reason::internal_error);
  scene.messenger->while_sending = nullptr;
  auto second = scene.person().types("r").types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(second).verdict, AuditVerdict::accepted);
  CHECK(second.prompt(1).starts_with("Code on its way again to "));
}
