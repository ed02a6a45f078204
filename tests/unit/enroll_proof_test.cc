// SPDX-License-Identifier: Apache-2.0
// Who may enroll, by what proof, and who is told.
#include "lib/session/enroll.h"

#include <algorithm>

#include "lib/base/text.h"
#include "lib/config/message_template.h"
#include "lib/session/authenticate.h"
#include "lib/session/enroll_wording.h"
#include "tests/support/guess.h"
#include "tests/unit/enrolment_machine.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;
using Machine = EnrolmentMachine;

TEST(whoever_holds_something_proves_it_first) {
  Machine machine;
  machine.has_number();
  auto thief = machine.scene.person();
  thief.types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(thief)), "denied no-tries-left");
  CHECK(thief.notices().front().find("First show") == 0);
  CHECK(!machine.factors().has(Method::totp));

  machine.scene.clock.advance(2min);
  auto owner = machine.scene.person();
  owner.types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(owner); })
      .types("n");
  CHECK_EQ(reason(machine.enroll(owner)), "accepted enrolled");
  CHECK(machine.factors().has(Method::totp));
}

TEST(root_proves_nothing_and_changes_a_number_at_once) {
  Machine machine;
  machine.has_number();
  auto root = machine.scene.person();
  root.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(root, EnrolledBy::root)), "accepted enrolled");
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
}

TEST(an_enrolment_held_open_changes_nothing_once_the_person_has_enrolled) {
  Machine machine;
  auto owner = machine.scene.person();
  owner.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  auto thief = machine.scene.person();
  thief.meanwhile([&] { CHECK_EQ(reason(machine.enroll(owner)), "accepted enrolled"); })
      .types("+353850000009")
      .types([&] { return machine.texted(); });
  CHECK_EQ(reason(machine.enroll(thief)), "denied changed-meanwhile");
  CHECK(thief.notice().find("Begin again") != std::string::npos);
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
}

TEST(a_removal_ends_an_enrolment_that_was_proved) {
  Machine machine;
  machine.has_number();
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types([&] {
        CHECK(machine.scene.memory->remove_enrolment("dora").ok());
        return "y";
      })
      .types([&] { return machine.app_code(person); });
  CHECK_EQ(reason(machine.enroll(person)), "denied changed-meanwhile");
  CHECK(machine.factors().nothing_enrolled());
}

TEST(an_unlocking_or_a_lock_ends_an_enrolment_that_was_proved) {
  for (const bool locks : {false, true}) {
    Machine machine;
    machine.has_number();
    auto person = machine.scene.person();
    person.types([&] { return machine.texted(); }).types("n").types("y").types([&] {
      for (int i = 0; locks && i < 10; ++i)
        CHECK(
            machine.scene.memory->count_attempt({"dora"}, test::kSixDigits, {10, 30min, 100}).ok());
      if (!locks) CHECK(machine.scene.memory->unlock("dora", false).ok());
      return "";
    });
    CHECK_EQ(reason(machine.enroll(person)), "denied changed-meanwhile");
    CHECK_EQ(machine.factors().backup_codes_left(), 0u);
  }
}

TEST(roots_enrolment_is_ended_by_a_change_too) {
  Machine machine;
  auto root = machine.scene.person();
  root.types([&] {
        machine.has_number();
        return "+353851234567";
      })
      .types([&] { return machine.texted(); });
  CHECK_EQ(reason(machine.enroll(root, EnrolledBy::root)), "denied changed-meanwhile");
  CHECK_EQ(machine.factors().number()->e164(), "+353850000001");
}

TEST(one_proof_is_good_for_one_change) {
  Machine machine;
  machine.has_number();
  auto thief = machine.scene.person();
  thief.types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(thief); })
      .types("y")
      .types("000000x")
      .types("000000x")
      .types("000000x");
  CHECK_EQ(reason(machine.enroll(thief)), "denied no-tries-left");
  CHECK(machine.factors().has(Method::totp));
  CHECK_EQ(machine.factors().backup_codes_left(), 0u);

  machine.scene.clock.advance(10min);
  auto owner = machine.scene.person();
  owner.types([&] { return machine.texted(); }).types("n").types("y").types("");
  CHECK_EQ(reason(machine.enroll(owner)), "accepted enrolled");
  CHECK_EQ(machine.factors().backup_codes_left(), 10u);
}

TEST(every_code_of_an_enrolment_says_what_it_is_for) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  auto again = machine.scene.person();
  again.types([&] { return machine.texted(); }).types("n").types("n");
  CHECK_EQ(reason(machine.enroll(again)), "accepted enrolled");
  const auto texts = machine.messenger->texts();
  CHECK_EQ(texts.size(), 2u);
  for (const auto& text : texts)
    CHECK(text.body.find(" is your code to ADD a phone or app, not to log in. Ref ") !=
          std::string::npos);
}

TEST(a_code_for_a_login_proves_nothing_at_an_enrolment) {
  Machine machine;
  machine.has_number();
  LoginRequest login = Scene::login("dora", kEnrollService, "");
  auto person = machine.scene.person();
  std::string code;
  person.types([&] {
    code = machine.texted();
    auto thief = machine.scene.person();
    thief.types([&] { return code; });
    CHECK_EQ(reason(machine.enroll(thief)), "denied wrong-code");
    return code;
  });
  CHECK_EQ(reason(authenticate(login, machine.snapshot, machine.scene.services, person)),
           "accepted right-code");
}

TEST(the_number_on_record_is_told_before_anything_is_added) {
  Machine machine;
  machine.has_number();
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(person); })
      .types("y")
      .types([&] { return machine.texted(); })
      .types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  const auto texts = machine.messenger->texts();
  REQUIRE(texts.size() == 4);
  CHECK_EQ(texts[1].body,
           "web01: an authenticator app is being added to your login. If you did not "
           "ask for that, tell your administrator now.");
  CHECK(texts[3].body.find("new backup codes are being made") != std::string::npos);
  for (const auto& text : texts) CHECK_EQ(text.to, "+353850000001");
}

TEST(what_cannot_be_told_is_not_added_but_by_root) {
  for (const EnrolledBy by : {EnrolledBy::the_person, EnrolledBy::root}) {
    Machine machine;
    machine.has_number();
    auto person = machine.scene.person();
    if (by == EnrolledBy::the_person)
      person.types([&] { return machine.texted(); });
    else
      person.types("");
    person.types("y")
        .types([&] {
          machine.messenger->always(SendStatus::try_elsewhere);
          return machine.app_code(person);
        })
        .types(by == EnrolledBy::root ? "" : "n");
    const AuditEvent event = machine.enroll(person, by);
    CHECK_EQ(reason(event), "accepted enrolled");
    CHECK(event.detail.find("could not be told") != std::string::npos);
    CHECK(event.needs_attention);
    CHECK_EQ(machine.factors().has(Method::totp), by == EnrolledBy::root);
  }
}

TEST(root_changes_a_number_and_the_old_one_is_told) {
  Machine machine;
  machine.has_number();
  auto root = machine.scene.person();
  root.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(root, EnrolledBy::root)), "accepted enrolled");
  const auto texts = machine.messenger->texts();
  REQUIRE(texts.size() == 3);
  CHECK_EQ(texts[1].to, "+353850000001");
  CHECK(texts[1].body.find("your login codes now go to another phone") != std::string::npos);
  CHECK_EQ(texts[2].to, "+353850000001");
}

TEST(who_holds_nothing_needs_an_invitation) {
  Machine machine;
  machine.snapshot->configuration.enroll.self = SelfEnrolment::invited;
  auto stranger = machine.scene.person();
  stranger.types("7K2XM-Q9RTC").types("").types("x");
  CHECK_EQ(reason(machine.enroll(stranger)), "denied may-not-enroll");
  CHECK_EQ(machine.scene.failures_of("dora"), 3);
  CHECK_EQ(machine.messenger->count(), 0u);

  const std::string word = machine.invites("dora");
  machine.invites("erin");
  for (const bool completes : {false, true}) {
    auto person = machine.scene.person();
    person.types("7K2XM-Q9RTC").types(word).types("+353851234567");
    if (completes) person.types([&] { return machine.texted(); }).types("n").types("");
    CHECK_EQ(reason(machine.enroll(person)),
             completes ? "accepted enrolled" : "denied client-gone");
    CHECK_EQ(machine.factors().number().has_value(), completes);
  }
  CHECK(!machine.scene.memory->invitation_of("dora")->has_value());
}

TEST(an_invitation_is_for_one_person_and_ends) {
  Machine machine;
  machine.snapshot->configuration.enroll.self = SelfEnrolment::invited;
  const std::string word = machine.invites("erin");
  for (const std::string user : {"dora", "erin"}) {
    if (user == "erin") machine.scene.clock.advance(24h);
    auto person = machine.scene.person();
    person.types(word).types(word).types(word);
    CHECK_EQ(reason(machine.enroll(person, EnrolledBy::the_person, user)), "denied may-not-enroll");
  }
}

TEST(wrong_invitations_lock_like_wrong_codes_and_the_log_says_so) {
  Machine machine;
  machine.snapshot->configuration.enroll.self = SelfEnrolment::invited;
  machine.invites("dora");
  for (int i = 0; i < 4; ++i) {
    auto person = machine.scene.person();
    person.types("a").types("b").types("c");
    CHECK_EQ(reason(machine.enroll(person)), i < 3 ? "denied may-not-enroll" : "denied locked");
  }
  CHECK(std::ranges::any_of(machine.scene.audit.notices(),
                            [](const auto& notice) { return notice.kind == NoticeKind::locked; }));
}

TEST(whoever_holds_something_proves_that_instead_of_an_invitation) {
  Machine machine;
  machine.snapshot->configuration.enroll.self = SelfEnrolment::invited;
  machine.has_number();
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); }).types("n").types("n");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
}

TEST(only_root_enrolls_where_self_is_no_or_the_account_is_no_persons) {
  for (const bool by_setting : {true, false}) {
    Machine machine;
    if (by_setting)
      machine.snapshot->configuration.enroll.self = SelfEnrolment::no;
    else
      machine.snapshot->is_persons_account = [](const std::string&) -> Result<bool> {
        return false;
      };
    for (const bool holds : {false, true}) {
      if (holds) machine.has_number();
      auto person = machine.scene.person();
      CHECK_EQ(reason(machine.enroll(person)), "denied may-not-enroll");
      CHECK(person.prompts().empty());
    }
    auto root = machine.scene.person();
    root.types("").types("y").types([&] { return machine.app_code(root); }).types("");
    CHECK_EQ(reason(machine.enroll(root, EnrolledBy::root)), "accepted enrolled");
  }
}

TEST(name_services_that_fail_refuse_an_enrolment) {
  Machine machine;
  machine.snapshot->is_persons_account = [](const std::string&) -> Result<bool> {
    return make_error(ErrorKind::unavailable, "name services: Input/output error");
  };
  auto person = machine.scene.person();
  CHECK_EQ(reason(machine.enroll(person)), "unavailable directory-failed");
}

TEST(the_texts_of_an_enrolment_fit_into_one_message) {
  CHECK_EQ(why_not_sms(wording::for_enrolment({}).sms, 10), "");
  const std::string host(60, 'h');
  for (const std::string& what :
       {wording::number_will_change(720h), std::string(wording::kNumberChanges),
        std::string(wording::kAppComes), std::string(wording::kCodesCome),
        std::string(wording::kAllGoes)})
    CHECK(gsm7_length(wording::change_notice(host, what)) <= 160);
}
