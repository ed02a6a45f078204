// SPDX-License-Identifier: Apache-2.0
// Authenticator apps and backup codes at the same prompt as the texted code.
#include <future>

#include "lib/otp/totp.h"
#include "lib/session/factors.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/holders.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(whoever_prefers_an_app_is_asked_for_it_and_gets_no_message) {
  Holders scene;
  auto person = scene.person().types([&] { return scene.app_code(); });
  const AuditEvent event = scene.attempt(person, Scene::login("tess"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "totp");
  CHECK_EQ(scene.messenger->count(), 0u);
  CHECK_EQ(person.prompt(0), "Enter an authenticator or backup code (s = text me): ");
  CHECK_EQ(scene.store.count_of("count tess"), 1);
}

TEST(s_brings_a_text_whose_code_works_at_the_same_prompt) {
  Holders scene;
  auto person = scene.person().types("s").types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person, Scene::login("tess"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "sms");
  REQUIRE(person.prompts().size() == 2);
  CHECK(person.prompt(1).ends_with("Enter one time PIN (r = resend): "));
}

TEST(a_code_that_was_not_sent_is_no_answer) {
  Holders scene;
  const std::string code = scene.choose_code("271828");
  auto person = scene.person().types(code);
  CHECK_EQ(scene.attempt(person, Scene::login("tess")).verdict, AuditVerdict::denied);
}

TEST(an_app_code_works_in_place_of_the_texted_one) {
  Holders scene;
  auto person = scene.person().types([&] { return scene.app_code(); });
  const AuditEvent event = scene.attempt(person, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "totp");
  CHECK(person.prompt(0).starts_with("Code sent by SMS to ********46"));
}

TEST(the_texted_code_is_dead_once_the_app_has_let_in) {
  Holders scene;
  auto outer = scene.person();
  auto inner = scene.person().types([&] { return scene.app_code(); });
  outer.meanwhile([&] { scene.attempt(inner, Scene::login("tom")); }).types([&] {
    return scene.code(0);
  });
  CHECK_EQ(scene.attempt(outer, Scene::login("tom")).reason, Reason::used_elsewhere);
}

TEST(what_was_removed_is_dead_at_a_prompt_that_stands_already) {
  const std::function<std::string(Holders&)> answers[] = {
      [](Holders& scene) { return scene.app_code(); },
      [](Holders&) { return std::string(kBackupCode); },
      [](Holders& scene) { return scene.code(0); },
  };
  for (const auto& answer : answers) {
    Holders scene;
    scene.directory->remove("tom");
    const auto number =
        scene.snapshot.keys->seal(number_context("tom"), Secret("+353872222246"), scene.random);
    REQUIRE(number.ok());
    CHECK(scene.memory->set_number("tom", *number, {}).ok());
    auto person = scene.person();
    person.types([&] {
      CHECK(scene.memory->remove_enrolment("tom").ok());
      return answer(scene);
    });
    const AuditEvent event = scene.attempt(person, Scene::login("tom"));
    CHECK_EQ(event.verdict, AuditVerdict::denied);
    CHECK(person.prompts().back().starts_with("Wrong code, 2 tries left."));
  }
}

TEST(what_was_added_meanwhile_is_good_at_a_prompt_that_stands_already) {
  Holders scene;
  CHECK(scene.memory->replace_backup_codes("tom", "", {}, {}).ok());
  auto person = scene.person();
  person.types([&] {
    const auto hash = hash_backup_code(dummy_backup_parameters(), kBackupCode);
    REQUIRE(hash.ok());
    CHECK(scene.memory->replace_backup_codes("tom", dummy_backup_parameters(), {*hash}, {}).ok());
    return kBackupCode;
  });
  CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::accepted);
}

TEST(a_change_between_the_count_and_the_verdict_denies) {
  Holders scene;
  scene.store.before = [&](StoreCall call) {
    if (call == StoreCall::commit_outcome) CHECK(scene.memory->remove_enrolment("tom").ok());
  };
  auto person = scene.person().types([&] { return scene.app_code(); });
  CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::denied);
}

TEST(a_decoy_makes_the_same_calls_to_the_store_as_a_person_does) {
  std::vector<std::vector<std::string>> calls;
  for (const std::string user : {"tom", "mallory"}) {
    Holders scene;
    auto person = scene.person().types("000000x");
    scene.attempt(person, Scene::login(user));
    calls.push_back(scene.store.calls());
    for (std::string& call : calls.back()) call = call.substr(0, call.find(' '));
  }
  CHECK(calls[0] == calls[1]);
}

TEST(an_app_code_works_once_and_its_return_is_noted) {
  Holders scene;
  const std::string code = scene.app_code();
  auto first = scene.person().types(code);
  CHECK_EQ(scene.attempt(first, Scene::login("tess")).verdict, AuditVerdict::accepted);
  auto again = scene.person().types(code);
  CHECK_EQ(scene.attempt(again, Scene::login("tess")).verdict, AuditVerdict::denied);
  CHECK(again.prompt(1).starts_with("That code was used before; wait for the next one. 2 tries"));
  CHECK_EQ(scene.failures_of("tess"), 1);
  REQUIRE(scene.audit.notices().size() == 1);
  CHECK_EQ(scene.audit.notices()[0].kind, NoticeKind::replay);
}

TEST(two_at_the_same_prompt_may_both_come_in_by_codes_of_their_own) {
  Holders scene;
  auto inner = scene.person().types([&] { return scene.app_code(); });
  auto outer = scene.person();
  outer.meanwhile([&] { scene.attempt(inner, Scene::login("tess")); }).waits(30s).types([&] {
    return scene.app_code();
  });
  CHECK_EQ(scene.attempt(outer, Scene::login("tess")).verdict, AuditVerdict::accepted);
}

TEST(a_backup_code_works_once_and_the_number_left_is_told) {
  Holders scene;
  auto person = scene.person().types("7k2xm q9rtc");
  const AuditEvent event = scene.attempt(person, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "backup");
  CHECK(person.notice().starts_with("That was your last backup code."));
  auto again = scene.person().types(kBackupCode);
  CHECK_EQ(scene.attempt(again, Scene::login("tom")).verdict, AuditVerdict::denied);
}

TEST(nothing_is_spent_on_an_answer_that_cannot_be_counted) {
  Holders scene;
  auto person = scene.person()
                    .meanwhile([&] { scene.store.fail(StoreCall::count_attempt); })
                    .types(kBackupCode);
  CHECK_EQ(scene.attempt(person, Scene::login("tess")).reason, Reason::store_failed);
  scene.store.mend();
  auto again = scene.person().types(kBackupCode);
  CHECK_EQ(scene.attempt(again, Scene::login("tess")).verdict, AuditVerdict::accepted);
}

TEST(a_step_that_cannot_be_spent_lets_nobody_in) {
  Holders scene;
  auto person =
      scene.person().meanwhile([&] { scene.store.fail(StoreCall::use_totp_step); }).types([&] {
        return scene.app_code();
      });
  CHECK_EQ(scene.attempt(person, Scene::login("tess")).reason, Reason::store_failed);
}

TEST(without_a_provider_or_budget_the_rest_is_offered) {
  {
    Holders scene;
    scene.messenger->always(SendStatus::try_elsewhere);
    auto person = scene.person().types([&] { return scene.app_code(); });
    const AuditEvent event = scene.attempt(person, Scene::login("tom"));
    CHECK_EQ(event.verdict, AuditVerdict::accepted);
    CHECK(event.needs_attention);
    CHECK(person.prompt(0).starts_with(
        "The message could not be sent. Enter an authenticator or backup code"));
  }
  Holders scene;
  scene.limits().sends_per_user = {0, 24h};
  auto person = scene.person().types([&] { return scene.app_code(); });
  CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::accepted);
  CHECK(person.prompt(0).starts_with("Too many messages lately."));
}

TEST(nobody_with_an_app_waits_for_a_hanging_provider) {
  Holders scene;
  std::promise<void> go;
  std::promise<void> went;
  scene.messenger->while_sending = [&] {
    go.get_future().wait();
    scene.messenger->while_sending = nullptr;
  };
  auto person = scene.person().types([&] { return scene.app_code(); });
  const AuditEvent event = scene.attempt(person, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(person.prompt(0).substr(0, 65),
           "A code for ********46 is still being sent; an authenticator or ba");
  go.set_value();
  CHECK(scene.workers.finish(1h));
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(scene.store.count_of("settle spent"), 1);
}

TEST(what_became_of_a_slow_message_is_told_at_the_next_prompt) {
  Holders scene;
  std::promise<void> go;
  scene.messenger->while_sending = [&] { go.get_future().wait(); };
  auto person = scene.person()
                    .meanwhile([&] {
                      go.set_value();
                      scene.workers.finish(1h);
                    })
                    .types("000 001")
                    .types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.message_id, "SM1");
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left. Code sent by SMS to ********46"));
}

TEST(a_message_that_the_carrier_refused_is_told_once) {
  Holders scene;
  scene.messenger->delivery_status.state = DeliveryState::failed;
  scene.messenger->delivery_status.detail = "error 30003";
  auto person = scene.person().types("000 001").types("000 001");
  scene.attempt(person);
  CHECK(person.prompt(0).find("The last message did not arrive. ") != std::string::npos);
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left. Enter"));
  REQUIRE(!scene.audit.notices().empty());
  CHECK_EQ(scene.audit.notices()[0].kind, NoticeKind::delivery);
  CHECK_EQ(scene.audit.notices()[0].state, "failed");
  CHECK_EQ(scene.audit.notices()[0].message_id, "SM1");
  CHECK_EQ(scene.audit.notices()[0].method, "sms");
}

TEST(who_has_another_way_in_is_told_so_when_a_message_was_refused) {
  Holders scene;
  scene.messenger->delivery_status.state = DeliveryState::failed;
  auto tom = scene.person().types("000 001").types(kBackupCode);
  CHECK_EQ(scene.attempt(tom, Scene::login("tom")).verdict, AuditVerdict::accepted);
  CHECK(tom.prompt(0).find("The last message did not arrive; an authenticator or backup code works "
                           "too. Enter one time PIN (r = resend") != std::string::npos);
}

TEST(locked_people_see_what_they_would_see) {
  for (const std::string user : {"tess", "tom"}) {
    for (const SendStatus status : {SendStatus::accepted, SendStatus::try_elsewhere}) {
      Holders scene;
      scene.messenger->always(status);
      const auto script = [&] { return scene.person().types("000 001").types("000 001"); };
      auto before = script();
      scene.attempt(before, Scene::login(user, "sshd", "203.0.113.1"));
      scene.fail_often(user, 10);
      auto locked = script();
      const AuditEvent event = scene.attempt(locked, Scene::login(user, "sshd", "203.0.113.2"));
      CHECK_EQ(event.reason, Reason::locked);
      CHECK_EQ(locked.shape(), before.shape());
      auto right = scene.person().types([&] { return scene.app_code(); }).types(kBackupCode);
      CHECK_EQ(scene.attempt(right, Scene::login(user, "sshd", "203.0.113.3")).verdict,
               AuditVerdict::denied);
    }
  }
}

TEST(methods_bound_what_is_tried) {
  Holders scene;
  scene.directory->remove("tom");
  scene.directory->add("tom", "+353872222246", {Method::sms});
  auto person = scene.person().types([&] { return scene.app_code(); }).types(kBackupCode);
  const AuditEvent event = scene.attempt(person, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::denied);
}

TEST(keys_that_cannot_be_read_stop_only_those_who_need_them) {
  Holders scene;
  scene.snapshot.keys.reset();
  auto by_text = scene.person().types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(by_text, Scene::login("tom"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  scene.directory->remove("tess");
  scene.directory->add("tess", "", {Method::totp});
  auto by_app = scene.person();
  CHECK_EQ(scene.attempt(by_app, Scene::login("tess")).verdict, AuditVerdict::unavailable);
}

TEST(without_the_key_an_app_is_said_to_be_unavailable_and_its_codes_are_not_counted) {
  Holders scene;
  scene.snapshot.keys.reset();
  scene.directory->remove("tess");
  scene.directory->add("tess", "", {Method::totp, Method::backup});
  auto person = scene.person().types([&] { return scene.app_code(); }).types(kBackupCode);
  const AuditEvent event = scene.attempt(person, Scene::login("tess"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK(event.needs_attention);
  CHECK_EQ(event.detail, "there is no key for the store");
  REQUIRE(person.prompts().size() == 2);
  CHECK_EQ(person.prompt(0),
           "Authenticator codes cannot be checked at the moment. Enter a backup code: ");
  CHECK_EQ(person.prompt(1), "The code could not be checked, 2 tries left. Enter a backup code: ");
  CHECK_EQ(scene.store.count_of("count tess"), 1);
}

TEST(who_has_nothing_but_what_the_key_seals_is_told_so_and_not_counted) {
  Holders scene;
  scene.snapshot.keys.reset();
  scene.directory->remove("tess");
  scene.directory->add("tess", "", {Method::totp});
  auto person = scene.person().types([&] { return scene.app_code(); });
  const AuditEvent event = scene.attempt(person, Scene::login("tess"));
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(person.prompts().size(), 0u);
  CHECK_EQ(person.notice(), "The second factor cannot be checked at the moment.");
  CHECK_EQ(scene.failures_of("tess"), 0);
}

// An answer of six digits may be a guess at the texted code then.
TEST(while_a_texted_code_is_asked_for_every_answer_of_its_form_counts_without_the_key_too) {
  Holders scene;
  scene.snapshot.keys.reset();
  auto person = scene.person().types("000 001").types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::accepted);
  const std::string notice = "Authenticator codes cannot be checked at the moment. ";
  CHECK(person.prompt(0).starts_with(notice + "Code sent by SMS to "));
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left. " + notice + "Enter one time PIN"));
  CHECK_EQ(scene.store.count_of("count tom"), 2);
}

TEST(a_number_that_can_not_be_read_is_said_to_be_out_of_use) {
  Holders scene;
  const auto number =
      scene.snapshot.keys->seal(number_context("tom"), Secret("+353872222246"), scene.random);
  REQUIRE(number.ok());
  CHECK(scene.memory->set_number("tom", *number, {}).ok());
  scene.snapshot.keys.reset();
  scene.directory->remove("tom");
  auto person = scene.person().types(kBackupCode);
  CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::accepted);
  CHECK_EQ(person.prompt(0),
           "Authenticator codes cannot be checked at the moment. No message can be sent at the "
           "moment. Enter a backup code: ");
  CHECK_EQ(scene.messenger->count(), 0u);
}

TEST(strangers_see_nothing_of_a_missing_key) {
  Holders scene;
  auto before = scene.person().types("000 001");
  scene.attempt(before, Scene::login("mallory", "su"));
  scene.snapshot.keys.reset();
  auto after = scene.person().types("000 001");
  scene.attempt(after, Scene::login("mallory", "sudo"));
  CHECK_EQ(after.shape(), before.shape());
}
