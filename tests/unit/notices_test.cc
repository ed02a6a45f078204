// SPDX-License-Identifier: Apache-2.0
// What an attempt tells the log besides its verdict.
#include "lib/session/notices.h"

#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

// The lines of one kind.
std::vector<std::string> notices(const Scene& scene, const std::string& kind) {
  std::vector<std::string> found;
  for (const auto& line : scene.audit.lines())
    if (line.starts_with("notice kind=" + kind + " ")) found.push_back(line);
  return found;
}

void log_in(Scene& scene) {
  auto person = scene.person().types([&] { return scene.code(); });
  REQUIRE(scene.attempt(person).verdict == AuditVerdict::accepted);
}

}  // namespace

TEST(an_ordinary_login_is_worth_no_notice) {
  Scene scene;
  log_in(scene);
  CHECK(scene.audit.lines().empty());
}

TEST(a_success_after_failures_says_how_many) {
  Scene scene;
  scene.fail_often("alice", 4);
  log_in(scene);
  const auto found = notices(scene, "success-after-failures");
  REQUIRE(found.size() == 1);
  CHECK_EQ(found[0],
           "notice kind=success-after-failures user=alice service=sshd rhost=192.0.2.7 method=sms "
           "count=4");
  log_in(scene);
  CHECK_EQ(notices(scene, "success-after-failures").size(), 1u);
}

TEST(a_lock_is_told_once) {
  Scene scene;
  scene.fail_often("alice", 10);
  const auto found = notices(scene, "locked");
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("notice kind=locked user=alice service=sshd rhost="));
  CHECK(found[0].ends_with(" count=10"));
  auto person = scene.person().types("000 001");
  scene.attempt(person);
  CHECK_EQ(notices(scene, "locked").size(), 1u);
}

TEST(a_right_tenth_answer_is_no_lock) {
  Scene scene;
  scene.fail_often("alice", 9);
  log_in(scene);
  CHECK(notices(scene, "locked").empty());
  CHECK(notices(scene, "success-after-failures")[0].ends_with(" count=9"));
}

TEST(disabling_is_told_instead_of_a_lock) {
  Scene scene;
  log_in(scene);
  scene.limits().wrong_before_disable = 10;
  for (int i = 0; i < 10; ++i) {
    auto person = scene.person().types(scene.wrong());
    scene.attempt(person);
    scene.clock.advance(10min);
  }
  CHECK(notices(scene, "locked").empty());
  const auto found = notices(scene, "disabled");
  REQUIRE(found.size() == 1);
  CHECK(found[0].ends_with(" state=all count=10"));
}

TEST(fifty_failures_in_a_day_are_told_whatever_came_between) {
  Scene scene;
  scene.limits().sends_per_user = scene.limits().sends_per_number = {100, 86400s};
  scene.limits().wrong_before_lockout = 100;
  scene.limits().sends_per_host = {1000, 86400s};
  for (int i = 0; i < 6; ++i) {
    scene.fail_often("alice", 8);
    log_in(scene);
    scene.clock.advance(10min);  // so that the sources' challenges are over
  }
  CHECK(notices(scene, "many-failures").empty());
  scene.fail_often("alice", 2);
  auto found = notices(scene, "many-failures");
  REQUIRE(found.size() == 1);
  CHECK(found[0].ends_with(" count=50"));
  scene.fail_often("alice", 3);
  CHECK_EQ(notices(scene, "many-failures").size(), 1u);
  log_in(scene);
  found = notices(scene, "many-failures");
  REQUIRE(found.size() == 2);
  CHECK(found[1].ends_with(" count=51"));
}

TEST(failures_of_yesterday_are_no_matter) {
  Scene scene;
  scene.limits().sends_per_user = scene.limits().sends_per_number = {100, 86400s};
  scene.limits().wrong_before_lockout = 100;
  for (int i = 0; i < 6; ++i) {
    scene.fail_often("alice", 8);
    log_in(scene);
    scene.clock.advance(10min);  // so that the sources' challenges are over
  }
  scene.clock.advance(24h);
  scene.fail_often("alice", 2);
  CHECK(notices(scene, "many-failures").empty());
}

TEST(the_same_right_code_in_a_second_login_is_a_replay) {
  Scene scene;
  auto person = scene.person()
                    .meanwhile([&] {
                      auto other = scene.person().types([&] { return scene.code(); });
                      REQUIRE(scene.attempt(other).verdict == AuditVerdict::accepted);
                    })
                    .types([&] { return scene.code(0); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.reason, Reason::used_elsewhere);
  const auto found = notices(scene, "replay");
  REQUIRE(found.size() == 1);
  CHECK_EQ(found[0], "notice kind=replay user=alice service=sshd rhost=192.0.2.7 method=sms ref=" +
                         event.ref);
}

TEST(a_wrong_code_in_a_second_login_is_no_replay) {
  Scene scene;
  auto person = scene.person()
                    .meanwhile([&] {
                      auto other = scene.person().types([&] { return scene.code(); });
                      REQUIRE(scene.attempt(other).verdict == AuditVerdict::accepted);
                    })
                    .types(scene.wrong());
  CHECK_EQ(scene.attempt(person).reason, Reason::used_elsewhere);
  CHECK(notices(scene, "replay").empty());
}

TEST(decoys_cause_no_notice) {
  Scene scene;
  for (int i = 0; i < 60; ++i) {
    auto person = scene.person().types("111111").types("222222").types("333333");
    scene.attempt(person, Scene::login("mallory", "sshd", "203.0.113." + std::to_string(i)));
  }
  CHECK(scene.audit.lines().empty());
}
