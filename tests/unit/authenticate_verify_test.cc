// SPDX-License-Identifier: Apache-2.0
// Codes that the provider makes, and alone can check.
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

SendReport verification() {
  SendReport report{.status = SendStatus::accepted};
  report.provider_checks = true;
  return report;
}

}  // namespace

TEST(the_providers_word_decides_and_is_asked_after_the_count) {
  Scene scene;
  scene.messenger->next(verification());
  scene.messenger->check_status = CheckStatus::right;
  auto person = scene.person().types("271828");
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  REQUIRE(scene.messenger->checks().size() == 1);
  CHECK_EQ(scene.messenger->checks()[0], "fake SM1 271828");
  CHECK_EQ(scene.store.count_of("count alice"), 1);
  CHECK_EQ(scene.store.count_of("outcome right"), 1);
}

TEST(a_wrong_answer_is_counted_and_told_as_any_other) {
  Scene scene;
  scene.messenger->next(verification());
  auto person = scene.person().types("271828").types("271829").types("271820");
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.reason, Reason::no_tries_left);
  CHECK_EQ(scene.failures_of("alice"), 3);
  CHECK(person.prompt(1).starts_with("Wrong code, 2 tries left."));
}

TEST(a_code_of_our_own_is_no_answer_to_the_providers_question) {
  Scene scene;
  scene.messenger->next(verification());
  auto person = scene.person().types([&] { return scene.code(0); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::denied);
}

TEST(nothing_is_asked_when_the_answer_cannot_be_counted) {
  Scene scene;
  scene.messenger->next(verification());
  scene.messenger->check_status = CheckStatus::right;
  auto person =
      scene.person().meanwhile([&] { scene.store.fail(StoreCall::count_attempt); }).types("271828");
  CHECK_EQ(scene.attempt(person).reason, Reason::store_failed);
  CHECK(scene.messenger->checks().empty());
}

TEST(a_right_answer_whose_outcome_cannot_be_kept_is_denied) {
  Scene scene;
  scene.messenger->next(verification());
  scene.messenger->check_status = CheckStatus::right;
  auto person = scene.person()
                    .meanwhile([&] { scene.store.fail(StoreCall::commit_outcome); })
                    .types("271828");
  CHECK_EQ(scene.attempt(person).reason, Reason::store_failed);
}

TEST(a_provider_that_does_not_answer_denies_and_the_try_stays_counted) {
  Scene scene;
  scene.messenger->next(verification());
  scene.messenger->check_status = CheckStatus::unreachable;
  auto person = scene.person().types("271828");
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK(event.needs_attention);
  CHECK_EQ(scene.failures_of("alice"), 1);
  CHECK(person.prompt(1).starts_with("The code could not be checked, 2 tries left."));
}

TEST(another_message_for_such_a_code_goes_to_the_same_provider_only) {
  Scene scene;
  scene.messenger->next(verification());
  auto person = scene.person().waits(30s).types("r");
  scene.attempt(person);
  REQUIRE(scene.messenger->count() == 2);
  CHECK_EQ(scene.messenger->texts()[1].route.only, "fake");
}

TEST(a_code_of_ours_that_is_out_stays_ours_and_may_move_on) {
  Scene scene;
  auto person = scene.person().waits(30s).types("r");
  scene.attempt(person);
  const auto texts = scene.messenger->texts();
  REQUIRE(texts.size() == 2);
  CHECK(!texts[0].route.own_code);
  CHECK(texts[1].route.own_code);
  CHECK_EQ(texts[1].route.last, "fake");
  CHECK_EQ(texts[1].route.only, "");
}

TEST(a_locked_person_costs_the_provider_no_question) {
  Scene scene;
  scene.messenger->always_report(verification());
  auto first = scene.person().types("271828");
  scene.attempt(first);
  scene.fail_often("alice", 10);
  const size_t asked = scene.messenger->checks().size();
  auto person = scene.person().types("271828");
  CHECK_EQ(scene.attempt(person, Scene::login("alice", "sshd", "203.0.113.99")).verdict,
           AuditVerdict::denied);
  CHECK_EQ(scene.messenger->checks().size(), asked);
}

TEST(a_decoy_waits_as_long_as_the_provider_took) {
  Scene scene;
  scene.messenger->always_report(verification());
  scene.messenger->check_takes = 180'250us;
  auto real = scene.person().types("271828");
  scene.attempt(real);
  auto decoy = scene.person().types("271828");
  scene.attempt(decoy, Scene::login("nobody"));
  REQUIRE(decoy.pauses().size() == 2);
  CHECK(decoy.pauses()[1] == 180'250us);
  CHECK_EQ(decoy.shape(), real.shape());
}
