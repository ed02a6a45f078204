// SPDX-License-Identifier: Apache-2.0
// What the person and the log hear of how the first message fared, and what it costs.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

void check_failure(SendStatus status, bool may_have_been_sent, Reason reason) {
  Scene scene;
  scene.messenger->next(status, may_have_been_sent);
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.reason, reason);
  CHECK_EQ(event.provider, "fake");
  CHECK_EQ(event.detail, "fake: " + std::string(to_string(status)));
  CHECK_EQ(event.message_id, "");
  CHECK(event.needs_attention);
  CHECK_EQ(person.prompts().size(), 0u);
  CHECK_EQ(person.notice(), "The message could not be sent.");
  CHECK_EQ(scene.store.calls().back(), may_have_been_sent ? "settle spent" : "settle unsent");
}

}  // namespace

TEST(a_provider_that_fails_makes_the_attempt_unavailable) {
  check_failure(SendStatus::credentials, false, Reason::provider_failed);
  check_failure(SendStatus::try_elsewhere, false, Reason::provider_failed);
  check_failure(SendStatus::try_elsewhere, true, Reason::provider_failed);
}

TEST(a_number_that_the_provider_refuses_is_named_as_the_reason) {
  check_failure(SendStatus::number_cannot_sms, false, Reason::number_failed);
  check_failure(SendStatus::number_refused, false, Reason::number_failed);
  check_failure(SendStatus::blocked, false, Reason::number_failed);
}

TEST(an_ambiguous_message_should_be_on_its_way) {
  Scene scene;
  scene.messenger->next(SendStatus::ambiguous, true);
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(person.prompt(0), "A code should be on its way by SMS to ********67 (ref " + event.ref +
                                 "). Enter one time PIN (r = resend): ");
  CHECK_EQ(scene.store.count_of("settle spent"), 1);
}

TEST(a_provider_that_was_stood_in_for_and_a_look_up_that_failed_need_attention) {
  Scene scene;
  for (bool SendReport::*const what : {&SendReport::failed_over, &SendReport::needs_attention}) {
    SendReport report{.status = SendStatus::accepted};
    report.*what = true;
    scene.messenger->next(report);
    auto person = scene.person().types([&] { return scene.code(); });
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::accepted);
    CHECK(event.needs_attention);
    CHECK_EQ(event.detail, "fake: accepted");
  }
  auto next = scene.person().types([&] { return scene.code(); });
  const AuditEvent fine = scene.attempt(next);
  CHECK(!fine.needs_attention);
  CHECK_EQ(fine.detail, "");
}

TEST(after_a_failure_nothing_is_sent_for_five_seconds) {
  Scene scene;
  scene.messenger->next(SendStatus::try_elsewhere);
  auto first = scene.person();
  scene.attempt(first);
  scene.clock.advance(4999ms);
  auto second = scene.person().types("x");
  const AuditEvent event = scene.attempt(second);
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.reason, Reason::provider_failed);
  CHECK_EQ(event.detail, "a message has just failed; its line says why");
  CHECK_EQ(second.prompts().size(), 0u);
  CHECK_EQ(second.notice(), "The message could not be sent.");
  CHECK_EQ(scene.messenger->count(), 1u);
  scene.clock.advance(1ms);
  auto third = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(third).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.messenger->count(), 2u);
}

TEST(after_a_failure_others_are_served) {
  Scene scene;
  scene.messenger->next(SendStatus::try_elsewhere);
  auto first = scene.person();
  scene.attempt(first);
  auto second = scene.person();
  scene.attempt(second, Scene::login("bob"));
  CHECK_EQ(scene.messenger->count(), 2u);
}

namespace {

// Logs in as `next` names the n-th login (from 0) until a message is refused, and says how many
// went.
size_t drain(Scene& scene, LoginRequest (*next)(int), AuditEvent& last,
             std::string* told = nullptr) {
  for (int i = 0; i < 50; ++i) {
    auto person = scene.person().types([&] { return scene.code(); });
    last = scene.attempt(person, next(i));
    if (told != nullptr) *told = person.notice();
    if (last.verdict != AuditVerdict::accepted) break;
    scene.clock.advance(1s);
  }
  return scene.messenger->count();
}

std::string source(int i) {
  return "203.0.113." + std::to_string(i);
}

std::string user(int i) {
  return "user" + std::to_string(i);
}

}  // namespace

TEST(a_number_gets_no_more_messages_than_its_budget) {
  Scene scene;
  scene.directory->add("alice2", "+353851234567");  // two accounts, one phone
  AuditEvent last;
  std::string told;
  const auto next = [](int i) {
    return Scene::login(i % 2 == 0 ? "alice" : "alice2", "sshd", source(i));
  };
  CHECK_EQ(drain(scene, next, last, &told), 6u);
  CHECK_EQ(last.verdict, AuditVerdict::denied);
  CHECK_EQ(last.reason, Reason::over_limit);
  CHECK_EQ(last.detail, "sends_per_number is used up");
  CHECK_EQ(last.limit, "sends_per_number");
  CHECK_EQ(told, "Too many messages lately. Try again in 10 min.");
  // The refused message took from no other budget, and the window slides.
  scene.clock.advance(10min - 6s);
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person, next(60)).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.attempt(person, next(61)).reason, Reason::over_limit);
}

TEST(a_user_gets_no_more_messages_than_their_budget) {
  Scene scene;
  scene.limits().sends_per_number = {1000, 10min};
  scene.limits().sends_per_user = {7, 24h};
  AuditEvent last;
  std::string told;
  const auto next = [](int i) { return Scene::login("alice", "sshd", source(i)); };
  CHECK_EQ(drain(scene, next, last, &told), 7u);
  CHECK_EQ(last.detail, "sends_per_user is used up");
  CHECK_EQ(told, "Too many messages lately. Try again in 1440 min.");
}

TEST(a_source_gets_no_more_messages_than_its_budget) {
  Scene scene;
  for (int i = 0; i < 50; ++i)
    scene.directory->add(user(i), "+35385222" + std::to_string(1000 + i));
  AuditEvent last;
  const auto next = [](int i) { return Scene::login(user(i)); };
  CHECK_EQ(drain(scene, next, last), 20u);
  CHECK_EQ(last.reason, Reason::over_limit);
  CHECK_EQ(last.detail, "sends_per_source is used up");
}

TEST(local_logins_are_one_source) {
  Scene scene;
  scene.limits().sends_per_source = {2, 1h};
  for (int i = 0; i < 50; ++i)
    scene.directory->add(user(i), "+35385222" + std::to_string(1000 + i));
  AuditEvent last;
  const auto next = [](int i) { return Scene::login(user(i), "sudo", ""); };
  CHECK_EQ(drain(scene, next, last), 2u);
  CHECK_EQ(last.detail, "sends_per_source is used up");
}

TEST(a_host_sends_no_more_messages_than_its_budget) {
  Scene scene;
  scene.limits().sends_per_host = {15, 1h};
  for (int i = 0; i < 50; ++i)
    scene.directory->add(user(i), "+35385222" + std::to_string(1000 + i));
  AuditEvent last;
  const auto next = [](int i) { return Scene::login(user(i), "sshd", source(i)); };
  CHECK_EQ(drain(scene, next, last), 15u);
  CHECK_EQ(last.reason, Reason::over_limit);
  CHECK_EQ(last.detail, "sends_per_host is used up");
}

TEST(resends_are_taken_from_the_budgets_too) {
  Scene scene;
  scene.limits().sends_per_number = {3, 10min};
  auto person = scene.person().waits(30s).types("r").waits(30s).types("r").types(
      [&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  auto next = scene.person();
  CHECK_EQ(scene.attempt(next).reason, Reason::over_limit);
}

TEST(a_limit_that_denied_nobody_is_no_reason) {
  Scene scene;
  scene.limits().sends_per_number = {1, 10min};
  auto person = scene.person().waits(30s).types("r").ends(Reply::Status::gone);
  const AuditEvent left = scene.attempt(person);
  CHECK_EQ(left.reason, Reason::client_gone);
  CHECK_EQ(left.detail, "sends_per_number is used up");
  CHECK_EQ(left.limit, "");
  // Nor is one that a decoy ran into.
  scene.limits().sends_per_source = {1, 10min};
  AuditEvent last;
  for (const char* name : {"mallory", "oscar"}) {
    auto stranger = scene.person();
    last = scene.attempt(stranger, Scene::login(name, "sshd", "198.51.100.9"));
  }
  CHECK_EQ(last.reason, Reason::unknown_user);
  CHECK_EQ(last.detail, "sends_per_source is used up");
  CHECK_EQ(last.limit, "");
}

TEST(a_message_that_was_certainly_not_sent_is_given_back) {
  Scene scene;
  scene.limits().sends_per_number = {1, 10min};
  for (int i = 0; i < 5; ++i) {
    scene.messenger->next(SendStatus::try_elsewhere, false);
    auto person = scene.person();
    CHECK_EQ(scene.attempt(person).reason, Reason::provider_failed);
    scene.clock.advance(5s);
  }
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
}

TEST(a_message_that_may_have_been_sent_stays_spent) {
  for (const SendStatus status : {SendStatus::try_elsewhere, SendStatus::ambiguous}) {
    Scene scene;
    scene.limits().sends_per_number = {1, 10min};
    scene.messenger->next(status, true);
    auto person = scene.person();
    scene.attempt(person);
    scene.clock.advance(5min);
    auto next = scene.person();
    CHECK_EQ(scene.attempt(next).reason, Reason::over_limit);
    CHECK_EQ(scene.messenger->count(), 1u);
  }
}

TEST(over_budget_leaves_nothing_behind_that_would_stop_the_next_attempt) {
  Scene scene;
  scene.limits().sends_per_number = {1, 10min};
  auto first = scene.person().types([&] { return scene.code(); });
  scene.attempt(first);
  auto second = scene.person();
  CHECK_EQ(scene.attempt(second).reason, Reason::over_limit);
  CHECK_EQ(second.prompts().size(), 0u);
  scene.limits().sends_per_number = {2, 10min};
  auto third = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(third).verdict, AuditVerdict::accepted);
}
