// SPDX-License-Identifier: Apache-2.0
// What [rule] sections make of a login.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

RuleSettings rule(const std::string& name, RuleAction action) {
  RuleSettings made;
  made.name = name;
  made.action = action;
  return made;
}

Scene& add(Scene& scene, RuleSettings made) {
  scene.snapshot.configuration.rules.push_back(std::move(made));
  return scene;
}

// With a key at sshd.
LoginRequest proven(const std::string& user = "alice") {
  LoginRequest request = Scene::login(user);
  request.peer = 0;
  request.lane = Lane::proven;
  request.uid = 1000;
  request.ssh_auth_info = "publickey ssh-ed25519 AAAA\n";
  return request;
}

RuleSettings for_keys(RuleAction action) {
  RuleSettings made = rule("robots", action);
  made.first = {{FirstFactor::Kind::publickey}};
  made.reason = "nightly runs";
  return made;
}

}  // namespace

TEST(an_exempt_login_is_not_asked_and_sends_nothing) {
  Scene scene;
  add(scene, for_keys(RuleAction::exempt));
  auto person = scene.person();
  const AuditEvent event = scene.attempt(person, proven());
  CHECK_EQ(event.verdict, AuditVerdict::exempt);
  CHECK_EQ(event.reason, Reason::rule);
  CHECK_EQ(event.rule, "robots");
  CHECK_EQ(event.detail, "nightly runs");
  CHECK(person.prompts().empty());
  CHECK_EQ(scene.messenger->count(), size_t{0});
}

TEST(nobody_is_exempt_who_may_be_somebody_else) {
  const auto asked = [](void (*change)(LoginRequest&)) {
    Scene scene;
    add(scene, for_keys(RuleAction::exempt));
    LoginRequest request = proven();
    change(request);
    auto person = scene.person();
    person.types([&] { return scene.code(); });
    const AuditEvent event = scene.attempt(person, request);
    CHECK(event.verdict != AuditVerdict::exempt);
    CHECK(!person.prompts().empty());
  };
  asked([](LoginRequest& request) { request.uid.reset(); });
  asked([](LoginRequest& request) { request.not_admitted = true; });
  asked([](LoginRequest& request) { request.peer = 1000; });
  asked([](LoginRequest& request) { request.lane = Lane::unproven; });
  asked([](LoginRequest& request) { request.lane = Lane::own; });
  asked([](LoginRequest& request) { request.lane = Lane::named; });
  asked([](LoginRequest& request) { request.ssh_auth_info_is_cut = true; });
  asked([](LoginRequest& request) { request.service = "su"; });
  asked([](LoginRequest& request) { request.ssh_auth_info.clear(); });
}

TEST(an_ended_exemption_asks) {
  Scene scene;
  RuleSettings ended = for_keys(RuleAction::exempt);
  ended.until = std::chrono::floor<std::chrono::days>(scene.clock.wall_now());
  add(scene, ended);
  auto robot = scene.person();
  CHECK_EQ(scene.attempt(robot, proven()).verdict, AuditVerdict::exempt);
  scene.clock.advance(24h);
  auto person = scene.person();
  person.types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person, proven());
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.rule, "robots");
}

TEST(a_denied_person_sees_what_everybody_sees_and_gets_nothing) {
  Scene denied;
  add(denied, rule("closed", RuleAction::deny));
  Scene open;
  for (const char* user : {"alice", "mallory", "nora"}) {
    auto person = denied.person();
    auto other = open.person();
    for (int i = 0; i < 3; ++i) {
      person.types("000001");
      other.types("000001");
    }
    const AuditEvent event = denied.attempt(person, Scene::login(user));
    (void)open.attempt(other, Scene::login(user));
    CHECK_EQ(event.verdict, AuditVerdict::denied);
    CHECK_EQ(event.reason, Reason::rule);
    CHECK_EQ(event.rule, "closed");
    CHECK_EQ(person.prompts().size(), other.prompts().size());
    CHECK_EQ(person.notice(), other.notice());
  }
  CHECK_EQ(denied.messenger->count(), size_t{0});
  CHECK_EQ(denied.failures_of("alice"), 0);
}

TEST(a_denied_person_has_no_right_code) {
  Scene scene;
  auto first = scene.person();
  (void)scene.attempt(first);
  add(scene, rule("closed", RuleAction::deny));
  auto person = scene.person();
  person.types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).reason, Reason::rule);
}

TEST(who_is_denied_does_not_pass_as_unenrolled) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  add(scene, rule("closed", RuleAction::deny));
  auto person = scene.person();
  LoginRequest request = proven("mallory");
  CHECK_EQ(scene.attempt(person, request).reason, Reason::rule);
}

TEST(a_rule_narrows_the_methods) {
  Scene scene;
  RuleSettings apps = rule("contractors", RuleAction::ask);
  apps.groups = {"contractors"};
  apps.methods = {Method::totp, Method::backup};
  add(scene, apps);
  LoginRequest request = proven();
  request.memberships = {{"contractors", true}};
  auto person = scene.person();
  for (int i = 0; i < 3; ++i) person.types("000001");
  const AuditEvent event = scene.attempt(person, request);
  // alice has nothing but a number.
  CHECK_EQ(event.reason, Reason::not_enrolled);
  CHECK_EQ(event.rule, "contractors");
  CHECK_EQ(scene.messenger->count(), size_t{0});
  request.memberships = {{"contractors", false}};
  request.rhost = "192.0.2.8";
  auto other = scene.person();
  other.types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(other, request).verdict, AuditVerdict::accepted);
}

TEST(a_code_of_before_is_no_good_where_a_rule_allows_no_messages) {
  Scene scene;
  auto first = scene.person();
  (void)scene.attempt(first, proven());
  CHECK_EQ(scene.messenger->count(), size_t{1});
  RuleSettings apps = rule("apps", RuleAction::ask);
  apps.methods = {Method::totp};
  add(scene, apps);
  auto person = scene.person();
  person.types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person, proven()).verdict, AuditVerdict::denied);
}

TEST(the_log_says_what_could_not_be_evaluated) {
  Scene scene;
  RuleSettings closed = rule("closed", RuleAction::deny);
  closed.groups = {"lost"};
  add(scene, closed);
  LoginRequest request = proven();
  request.memberships_error = "the user database did not answer in time";
  auto person = scene.person();
  for (int i = 0; i < 3; ++i) person.types("000001");
  const AuditEvent event = scene.attempt(person, request);
  CHECK_EQ(event.reason, Reason::rule);
  CHECK_EQ(event.detail,
           "[rule closed] could not be evaluated: the user database did not answer in time");
}
