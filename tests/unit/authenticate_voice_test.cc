// SPDX-License-Identifier: Apache-2.0
// "v": the same code by a call; and numbers that only a call reaches.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

// What a call said, without the sentences' ends between the digits.
std::string code_said(const std::string& body) {
  std::string digits;
  for (const char c : body)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

void switch_on_calls(Scene& scene) {
  scene.snapshot.configuration.delivery.voice = true;
  scene.messenger->calls = true;
}

}  // namespace

TEST(v_tells_the_same_code_by_a_call_and_costs_no_try) {
  Scene scene;
  switch_on_calls(scene);
  auto person = scene.person().waits(30s).types("v").types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.answers, 1u);
  CHECK_EQ(event.method, "voice");
  const auto texts = scene.messenger->texts();
  REQUIRE(texts.size() == 2);
  CHECK_EQ(texts[0].medium, Medium::sms);
  CHECK_EQ(texts[1].medium, Medium::voice);
  CHECK_EQ(code_said(texts[1].body), scene.code(0));
  CHECK(texts[1].body.find(". ") != std::string::npos);
  CHECK_EQ(person.prompt(0), "Code sent by SMS to ********67 (ref " + event.ref +
                                 "). Enter one time PIN (r = resend, v = call me): ");
  CHECK(person.prompt(1).starts_with("Code on its way again to ********67"));
}

TEST(the_status_of_a_call_is_told_as_a_calls) {
  Scene scene;
  switch_on_calls(scene);
  scene.directory->add("vera", "+353872222255", {Method::voice});
  scene.messenger->delivery_status.state = DeliveryState::delivered;
  auto person = scene.person();
  scene.attempt(person, Scene::login("vera"));
  REQUIRE(scene.audit.notices().size() == 1);
  CHECK_EQ(scene.audit.notices()[0].method, "voice");
  CHECK_EQ(scene.audit.notices()[0].provider, "fake");
  CHECK_EQ(scene.audit.notices()[0].state, "delivered");
}

TEST(v_waits_and_is_bounded_as_r_is) {
  Scene scene;
  switch_on_calls(scene);
  auto person = scene.person().types("v").waits(30s).types("V").waits(30s).types("v").types("v");
  scene.attempt(person);
  CHECK(person.prompt(1).starts_with("Not yet: r and v work in 30 s. "));
  CHECK_EQ(scene.messenger->count(), 3u);
  CHECK(person.prompt(4).starts_with("No more messages for this code."));
}

TEST(without_calls_v_is_what_any_character_is) {
  Scene scene;
  auto person = scene.person().waits(30s).types("v");
  scene.attempt(person);
  CHECK(person.prompt(0).ends_with("(r = resend): "));
  REQUIRE(scene.messenger->count() == 2);
  CHECK_EQ(scene.messenger->texts()[1].medium, Medium::sms);
}

TEST(calls_need_the_configuration_and_a_provider) {
  for (const bool configured : {false, true}) {
    Scene scene;
    scene.snapshot.configuration.delivery.voice = configured;
    scene.messenger->calls = !configured;
    auto person = scene.person();
    scene.attempt(person);
    CHECK(person.prompt(0).ends_with("(r = resend): "));
  }
}

TEST(whoever_has_only_calls_is_called_at_once) {
  Scene scene;
  switch_on_calls(scene);
  scene.directory->add("vera", "+353872222255", {Method::voice});
  auto person = scene.person().types([&] { return code_said(scene.messenger->texts()[0].body); });
  const AuditEvent event = scene.attempt(person, Scene::login("vera"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.messenger->texts()[0].medium, Medium::voice);
  CHECK(person.prompt(0).starts_with("Calling ********55 with the code. "));
}

TEST(whoever_has_only_calls_is_not_enrolled_while_there_are_none) {
  Scene scene;
  scene.directory->add("vera", "+353872222255", {Method::voice});
  auto person = scene.person();
  CHECK_EQ(scene.attempt(person, Scene::login("vera")).reason, Reason::not_enrolled);
  CHECK_EQ(scene.messenger->count(), 0u);
}

TEST(a_number_that_takes_no_texts_is_called_instead) {
  Scene scene;
  switch_on_calls(scene);
  scene.messenger->next(SendStatus::number_cannot_sms);
  auto person = scene.person().types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "voice");
  CHECK(event.needs_attention);
  CHECK_EQ(event.detail, "fake: number-cannot-sms; called instead: fake: accepted");
  REQUIRE(scene.messenger->count() == 2);
  CHECK_EQ(scene.messenger->texts()[1].medium, Medium::voice);
  CHECK(person.prompt(0).starts_with("Calling ********67 with the code. "));
  // The message that was certainly not sent was given back.
  CHECK_EQ(scene.store.count_of("settle unsent"), 1);
  CHECK_EQ(scene.store.count_of("settle spent"), 1);
}

TEST(without_calls_such_a_number_fails) {
  Scene scene;
  scene.messenger->calls = true;
  scene.messenger->next(SendStatus::number_cannot_sms);
  auto person = scene.person();
  CHECK_EQ(scene.attempt(person).reason, Reason::number_failed);
  CHECK_EQ(scene.messenger->count(), 1u);
}

TEST(a_decoy_answers_v_as_a_real_attempt_does) {
  Scene scene;
  switch_on_calls(scene);
  const auto script = [&] {
    return scene.person().types("v").waits(30s).types("v").types("000 001");
  };
  auto real = script();
  auto decoy = script();
  auto replaced =
      scene.person().is_replaced_by_sshd(1).waits(30s).is_replaced_by_sshd(1).is_replaced_by_sshd();
  scene.attempt(real);
  scene.attempt(decoy, Scene::login("nobody"));
  scene.attempt(replaced, Scene::login("bob"));
  CHECK_EQ(decoy.shape(), real.shape());
  CHECK_EQ(replaced.shape(), real.shape());
  CHECK_EQ(scene.messenger->count(), 3u);
}
