// SPDX-License-Identifier: Apache-2.0
#include "lib/session/enroll.h"

#include <algorithm>

#include "lib/session/number_check.h"
#include "lib/session/plain_message.h"
#include "tests/unit/enrolment_machine.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;
using Machine = EnrolmentMachine;

TEST(a_newcomer_enrolls_phone_app_and_codes_in_one_go) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353 85 123 4567")
      .types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(person); })
      .types("");
  const AuditEvent event = machine.enroll(person);
  CHECK_EQ(reason(event), "accepted enrolled");
  const Factors factors = machine.factors();
  REQUIRE(factors.number().has_value());
  CHECK_EQ(factors.number()->e164(), "+353851234567");
  CHECK(factors.has(Method::totp));
  CHECK_EQ(factors.backup_codes_left(), 10u);
  CHECK_EQ(machine.messenger->count(), 1u);
}

TEST(a_backup_code_that_was_shown_works_and_the_apps_first_code_is_used) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("").types("").types([&] { return machine.app_code(person); }).types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  const auto notices = person.notices();
  const auto line = std::find_if(notices.begin(), notices.end(), [](const auto& text) {
    return text.size() == 30 && text.starts_with("    ");
  });
  REQUIRE(line != notices.end());
  const Methods all = {Method::totp, Method::backup};
  const Factors factors = machine.factors();
  const WallTime now = machine.scene.clock.wall_now();
  const auto code = factors.check(line->substr(4, 11), now, all, *machine.scene.memory, true);
  REQUIRE(code->is_right());
  CHECK_EQ(code->kind->word, "backup");
  const auto replay =
      factors.check(machine.app_code(person), now, all, *machine.scene.memory, true);
  CHECK(replay->is_replayed());
}

TEST(a_number_counts_only_after_its_code) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353851234567").types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(person)), "denied no-tries-left");
  CHECK(machine.factors().nothing_enrolled());
  CHECK_EQ(machine.scene.failures_of("dora"), 3);
}

TEST(whoever_leaves_in_the_middle_has_what_a_code_confirmed_and_nothing_else) {
  for (int answers = 0; answers < 5; ++answers) {
    Machine machine;
    auto person = machine.scene.person();
    if (answers > 0) person.types("+353851234567");
    if (answers > 1) person.types([&] { return machine.texted(); });
    if (answers > 2) person.types("y");
    if (answers > 3) person.types([&] { return machine.app_code(person); });
    CHECK_EQ(reason(machine.enroll(person)), "denied client-gone");
    const Factors factors = machine.factors();
    CHECK_EQ(factors.number().has_value(), answers > 1);
    CHECK_EQ(factors.has(Method::totp), answers > 3);
    CHECK_EQ(factors.backup_codes_left(), 0u);
  }
}

TEST(an_app_counts_only_after_its_code) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("").types("y").types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(person)), "denied not-enrolled");
  CHECK_EQ(person.prompt(2), "Enter the code that the app shows: ");
  CHECK_EQ(person.prompt(3),
           "Not that one; is the phone's clock right? Enter the code that the app shows: ");
  CHECK(!machine.factors().has(Method::totp));
  CHECK_EQ(machine.scene.failures_of("dora"), 3);
}

TEST(an_enrolled_number_stays_unless_the_configuration_says_wait) {
  Machine machine;
  machine.has_number();
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  CHECK(std::ranges::any_of(person.notices(), [](const auto& text) {
    return text.find("Only an administrator can change that") != std::string::npos;
  }));
}

TEST(a_change_of_number_waits_and_the_old_number_is_told) {
  Machine machine;
  machine.has_number();
  machine.snapshot->configuration.enroll.number_change = NumberChange::wait;
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types("+353851234567")
      .types([&] { return machine.texted(); })
      .types("n")
      .types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  const auto texts = machine.messenger->texts();
  REQUIRE(texts.size() == 3);
  CHECK_EQ(texts[0].to, "+353850000001");
  CHECK_EQ(texts[1].to, "+353851234567");
  CHECK_EQ(texts[2].to, "+353850000001");
  CHECK(texts[2].body.find("in 24 h your login codes will go to another phone") !=
        std::string::npos);
  CHECK(texts[2].body.size() <= 160);
  CHECK_EQ(machine.factors().number()->e164(), "+353850000001");
  machine.scene.clock.advance(24h);
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
}

TEST(without_a_notice_to_the_old_number_there_is_no_change) {
  Machine machine;
  machine.has_number();
  machine.snapshot->configuration.enroll.number_change = NumberChange::wait;
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types("+353851234567")
      .types([&] {
        machine.messenger->always(SendStatus::try_elsewhere);
        return machine.texted();
      })
      .types("n")
      .types("");
  (void)machine.enroll(person);
  machine.scene.clock.advance(48h);
  CHECK_EQ(machine.factors().number()->e164(), "+353850000001");
}

TEST(a_number_of_the_administrators_cannot_be_changed_here) {
  Machine machine;
  machine.people->add("dora", "+353850000009");
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  CHECK(!machine.factors().number().has_value());
}

TEST(a_number_that_cannot_be_read_is_asked_for_again) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("085 123 4567").types("+353851234567").types([&] { return machine.texted(); });
  (void)machine.enroll(person);
  CHECK(machine.factors().number().has_value());
  CHECK(std::ranges::any_of(person.notices(), [](const auto& text) {
    return text == "Not usable: it lacks its country.";
  }));
}

TEST(people_are_held_to_the_policy_for_their_own_numbers) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+33612345678").types("+33612345678").types("+33612345678").types("n");
  (void)machine.enroll(person);
  CHECK(!machine.factors().number().has_value());
  CHECK_EQ(machine.messenger->count(), 0u);
  CHECK_EQ(std::ranges::count(person.notices(), "Not usable: its country gets no codes."), 3);
  auto by_root = machine.scene.person();
  by_root.types("+33612345678").types([&] { return machine.texted(); }).types("n").types("");
  (void)machine.enroll(by_root, EnrolledBy::root);
  CHECK_EQ(machine.factors().number()->e164(), "+33612345678");
}

TEST(nothing_is_sent_to_a_number_that_no_code_may_go_to) {
  Machine machine;
  auto person = machine.scene.person();
  const LoginRequest request = Scene::login("dora", "sms2fa-enroll", "");
  const PhoneNumber premium = *PhoneNumber::parse_international("+19005550100");
  AuditEvent event;
  AnswerVerifier verifier(request, machine.snapshot->configuration.limits, machine.scene.store,
                          machine.scene.audit, event);
  NumberCheck check(request, *machine.snapshot, machine.scene.services, person, event, verifier);
  const PlainSending told =
      send_plain(request, machine.snapshot->configuration, *machine.people, *machine.messenger,
                 machine.scene.store, machine.scene.clock, premium, Secret("something changes"));
  CHECK(!told.may_arrive);
  const auto outcome = check.run(premium);
  REQUIRE(outcome.ok());
  CHECK(*outcome == NumberCheck::Outcome::not_sent);
  CHECK_EQ(event.detail, "no code may go to ********00");
  CHECK_EQ(machine.messenger->count(), 0u);
}

TEST(enrolling_again_changes_nothing_that_is_not_asked_for) {
  Machine machine;
  auto first = machine.scene.person();
  first.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(first)), "accepted enrolled");
  machine.scene.clock.advance(2min);
  auto again = machine.scene.person();
  again.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(again)), "accepted enrolled");
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
  CHECK_EQ(machine.factors().backup_codes_left(), 10u);
}

TEST(messages_for_enrolments_are_taken_from_the_same_budgets) {
  Machine machine;
  machine.snapshot->configuration.limits.sends_per_number = {1, 10min};
  auto first = machine.scene.person();
  first.types("+353851234567");
  (void)machine.enroll(first);
  auto second = machine.scene.person();
  second.types("+353851234567").types("n");
  const AuditEvent event = machine.enroll(second);
  CHECK_EQ(reason(event), "denied not-enrolled");
  CHECK(event.detail.find("sends_per_number is used up") != std::string::npos);
  CHECK_EQ(event.limit, "sends_per_number");
  CHECK_EQ(machine.messenger->count(), 1u);
}

TEST(the_log_says_how_often_a_code_was_typed_and_that_time_ran_out) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353851234567").types("000000x").ends(Reply::Status::timed_out);
  const AuditEvent event = machine.enroll(person);
  CHECK_EQ(reason(event), "denied expired");
  CHECK_EQ(event.answers, 1u);
}

TEST(without_random_numbers_nothing_is_sent) {
  Machine machine;
  machine.scene.random.fail_at(0);
  auto person = machine.scene.person();
  person.types("+353851234567");
  CHECK_EQ(machine.enroll(person).verdict, AuditVerdict::unavailable);
  CHECK_EQ(machine.messenger->count(), 0u);
}

TEST(without_a_key_for_the_store_nothing_is_asked_for) {
  Machine machine;
  machine.snapshot->keys = std::make_unique<KeyRing>(machine.directory.path("none"));
  auto person = machine.scene.person();
  CHECK_EQ(reason(machine.enroll(person)), "denied not-enrolled");
  CHECK(person.prompts().empty());
}

TEST(a_store_that_fails_at_any_call_keeps_nothing_and_is_unavailable) {
  for (const auto call : {StoreCall::state_of, StoreCall::enrolment_of, StoreCall::count_attempt,
                          StoreCall::commit_outcome, StoreCall::set_number}) {
    Machine machine;
    machine.scene.store.fail(call);
    auto person = machine.scene.person();
    person.types("+353851234567").types([&] { return machine.texted(); });
    CHECK_EQ(reason(machine.enroll(person)), "unavailable store-failed");
    machine.scene.store.mend();
    CHECK(machine.factors().nothing_enrolled());
  }
}
