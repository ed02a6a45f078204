// SPDX-License-Identifier: Apache-2.0
#include "lib/session/policy.h"

#include "lib/base/key_file.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/decoy.h"
#include "tests/support/guess.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

// Not called by a name of this machine's.
LoginRequest without_account(const std::string& user, const std::string& service = "sshd") {
  LoginRequest request = Scene::login(user, service);
  request.uid.reset();
  return request;
}

Result<Eligibility> eligibility(Scene& scene, const LoginRequest& request) {
  return eligibility_of(request, scene.snapshot.configuration, *scene.directory, scene.store,
                        scene.snapshot.keys.get());
}

// Numbers that begin like alice's are foreign, and others forbidden.
class Fence final : public Directory {
 public:
  explicit Fence(const Directory& people) : people_(people) {}
  Result<std::optional<Person>> find(std::string_view user) const override {
    return people_.find(user);
  }
  Reach reach_of(const std::optional<PhoneNumber>& number) const override {
    ++asked_;
    if (number && number->e164().starts_with("+35387")) return Reach::forbidden;
    return number && number->e164().starts_with("+35385") ? Reach::foreign : Reach::open;
  }
  int asked() const { return asked_; }

 private:
  const Directory& people_;
  mutable int asked_ = 0;
};

void check_decoy(const Result<Eligibility>& eligibility, Reason reason) {
  REQUIRE(eligibility.ok());
  CHECK(eligibility->is_decoy());
  CHECK_EQ(eligibility->decoy_reason, reason);
  CHECK_EQ(eligibility->masked.size(), 10u);
  CHECK(eligibility->masked.starts_with("********"));
}

}  // namespace

TEST(who_is_on_record_is_real) {
  Scene scene;
  const auto alice = eligibility(scene, Scene::login("alice"));
  REQUIRE(alice.ok());
  CHECK(!alice->is_decoy());
  CHECK(alice->phone && alice->phone->e164() == "+353851234567");
  CHECK_EQ(alice->masked, "********67");
  CHECK(!alice->locked_out_phone);
}

TEST(methods_of_the_record_win_over_the_configured_ones) {
  Scene scene;
  scene.directory->add("ivy", "+353871111111", {Method::totp, Method::sms});
  CHECK(!eligibility(scene, Scene::login("ivy"))->is_decoy());
  scene.snapshot.configuration.code.methods = {Method::totp};
  CHECK(!eligibility(scene, Scene::login("ivy"))->is_decoy());
  check_decoy(eligibility(scene, Scene::login("alice")), Reason::not_enrolled);
}

TEST(everybody_else_is_a_decoy_for_a_reason) {
  Scene scene;
  check_decoy(eligibility(scene, Scene::login("mallory")), Reason::unknown_user);
  check_decoy(eligibility(scene, Scene::login("nora")), Reason::not_enrolled);
  check_decoy(eligibility(scene, Scene::login("tess")), Reason::not_enrolled);
  check_decoy(eligibility(scene, Scene::login("prem")), Reason::forbidden_number);
  check_decoy(eligibility(scene, Scene::login("olaf")), Reason::directory_failed);
  CHECK_EQ(eligibility(scene, Scene::login("olaf"))->detail, "the record is unusable");
  auto request = Scene::login("alice");
  request.not_admitted = true;
  check_decoy(eligibility(scene, request), Reason::not_admitted);
  CHECK(!eligibility(scene, request)->locked_out_phone);
}

TEST(a_number_of_another_country_is_a_decoy) {
  Scene scene;
  const Fence fence(*scene.directory);
  const auto alice = eligibility_of(Scene::login("alice"), scene.snapshot.configuration, fence,
                                    scene.store, nullptr);
  check_decoy(alice, Reason::foreign_number);
  CHECK_EQ(alice->masked, "********67");
  const auto bob = eligibility_of(Scene::login("bob"), scene.snapshot.configuration, fence,
                                  scene.store, nullptr);
  CHECK(bob.ok() && !bob->is_decoy());
}

TEST(a_number_that_no_code_may_go_to_is_a_decoy_by_every_medium) {
  Scene scene;
  scene.directory->add("ivy", "+353871111111", {Method::sms, Method::voice});
  scene.snapshot.configuration.delivery.voice = true;
  const Fence fence(*scene.directory);
  const auto ivy = eligibility_of(Scene::login("ivy"), scene.snapshot.configuration, fence,
                                  scene.store, nullptr);
  check_decoy(ivy, Reason::forbidden_number);
  CHECK(!ivy->phone);
}

TEST(everybody_costs_one_look_at_a_number) {
  for (const char* user : {"alice", "bob", "mallory", "nora", "olaf"}) {
    Scene scene;
    const Fence fence(*scene.directory);
    REQUIRE(eligibility_of(Scene::login(user), scene.snapshot.configuration, fence, scene.store,
                           nullptr)
                .ok());
    CHECK_EQ(fence.asked(), 1);
  }
}

TEST(who_is_locked_or_disabled_keeps_digits_and_phone) {
  Scene scene;
  const LockRules rules = {1, 60s, 2};
  const Origin home = origin_of(Scene::login("alice"));
  const auto first = scene.memory->count_attempt(home, kSixDigits, rules);
  REQUIRE(scene.memory->commit_outcome(*first->id, true).ok());
  REQUIRE(scene.memory->count_attempt(home, kSixDigits, rules).ok());
  auto alice = eligibility(scene, Scene::login("alice"));
  check_decoy(alice, Reason::locked);
  CHECK_EQ(alice->masked, "********67");
  CHECK(alice->locked_out_phone && alice->locked_out_phone->e164() == "+353851234567");
  scene.clock.advance(60s);
  CHECK(!eligibility(scene, Scene::login("alice"))->is_decoy());
  REQUIRE(scene.memory->count_attempt(home, kSixDigits, rules).ok());
  scene.clock.advance(1h);
  alice = eligibility(scene, Scene::login("alice"));
  check_decoy(alice, Reason::disabled);
  CHECK(alice->locked_out_phone.has_value());
}

TEST(decoys_show_digits_of_the_stores_key) {
  Scene scene;
  const auto mallory = eligibility(scene, Scene::login("mallory"));
  CHECK_EQ(mallory->masked, mask_ending_in(decoy_digits(*scene.store.decoy_key(), "mallory")));
  CHECK_EQ(eligibility(scene, Scene::login("prem"))->masked, "********34");
  CHECK_EQ(eligibility(scene, Scene::login("tess"))->masked, "********45");
}

TEST(a_store_that_fails_is_an_error_for_everybody) {
  for (const StoreCall call : {StoreCall::state_of, StoreCall::decoy_key}) {
    Scene scene;
    scene.store.fail(call);
    for (const char* user : {"alice", "mallory", "nora", "olaf"})
      CHECK(!eligibility(scene, Scene::login(user)).ok());
  }
}

TEST(people_who_hold_nothing_pass_only_when_the_configuration_says_so) {
  Scene scene;
  for (const char* user : {"mallory", "nora", "tess", "prem", "olaf", "alice"})
    CHECK(!eligibility(scene, Scene::login(user))->passes_unenrolled);
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  for (const char* user : {"mallory", "nora"})
    CHECK(eligibility(scene, Scene::login(user))->passes_unenrolled);
  // An app that is asked for, a number that is only unusable, a record that can't be read.
  for (const char* user : {"tess", "prem", "olaf", "alice"})
    CHECK(!eligibility(scene, Scene::login(user))->passes_unenrolled);
  auto request = Scene::login("mallory");
  request.not_admitted = true;
  CHECK(!eligibility(scene, request)->passes_unenrolled);
}

TEST(a_countdown_lets_people_who_hold_nothing_in_until_its_deadline) {
  Scene scene;
  auto& code = scene.snapshot.configuration.code;
  code.unenrolled = Unenrolled::countdown;
  code.deadline = std::chrono::sys_days(std::chrono::year(2025) / 6 / 18);
  for (const char* user : {"mallory", "nora"}) {
    const auto now = eligibility(scene, Scene::login(user));
    CHECK(now->passes_unenrolled);
    CHECK_EQ(now->days_left.value_or(0), 3u);
    CHECK_EQ(now->detail, "3 days left to enroll, until 2025-06-18");
  }
  const auto alice = eligibility(scene, Scene::login("alice"));
  CHECK(!alice->passes_unenrolled && !alice->days_left && alice->detail.empty());
  CHECK(!eligibility(scene, without_account("mallory"))->passes_unenrolled);
  code.unenrolled = Unenrolled::deny;
  const auto denied = eligibility(scene, Scene::login("nora"));
  CHECK(denied->is_decoy() && !denied->passes_unenrolled && denied->detail.empty());
  code.unenrolled = Unenrolled::countdown;
  scene.clock.advance(3 * 24h);
  const auto then = eligibility(scene, Scene::login("nora"));
  CHECK(then->is_decoy() && !then->passes_unenrolled && !then->days_left);
  CHECK_EQ(then->detail, "nothing is enrolled, and the deadline was 2025-06-18");
  scene.clock.jump_wall(-3 * 24h);
  CHECK(!eligibility(scene, Scene::login("nora"))->passes_unenrolled);
}

TEST(a_store_that_cannot_tell_the_time_left_denies_everybody_alike) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::countdown;
  scene.snapshot.configuration.code.deadline = std::chrono::sys_days(std::chrono::days(40'000));
  scene.store.fail(StoreCall::time_left);
  for (const char* user : {"alice", "mallory", "nora", "olaf"})
    CHECK(!eligibility(scene, Scene::login(user)).ok());
}

TEST(people_who_enrolled_something_or_are_locked_never_pass_unenrolled) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  // Sealed with a key that is not there.
  REQUIRE(scene.memory->put_app("nora", {"app", std::string(60, 'x'), {}, {}}, {}).ok());
  REQUIRE(scene.memory->replace_backup_codes("mallory", "p", {"h"}, {}).ok());
  // Who has nothing but what can't be read ends as unavailable.
  CHECK(!eligibility(scene, Scene::login("nora")).ok());
  CHECK(!eligibility(scene, Scene::login("mallory"))->passes_unenrolled);
  REQUIRE(scene.memory->count_attempt({"newman", "", true}, kSixDigits, {1, 60s, 100}).ok());
  CHECK(!eligibility(scene, Scene::login("newman"))->passes_unenrolled);
}

TEST(somebody_without_a_record_is_known_by_what_they_enrolled) {
  Scene scene;
  const ScratchDirectory directory;
  SystemRandom random;
  REQUIRE(add_key(directory.path("key"), random).ok());
  scene.snapshot.keys = std::make_unique<KeyRing>(directory.path("key"));
  for (const char* user : {"dora", "alice"}) {
    const auto sealed =
        scene.snapshot.keys->seal(number_context(user), Secret("+353850000001"), random);
    REQUIRE(sealed.ok() && scene.memory->set_number(user, *sealed, {}).ok());
  }
  const auto dora = eligibility(scene, Scene::login("dora"));
  CHECK(!dora->is_decoy());
  CHECK_EQ(dora->phone->e164(), "+353850000001");
  // A number in the directory goes before it.
  CHECK_EQ(eligibility(scene, Scene::login("alice"))->phone->e164(), "+353851234567");
  scene.snapshot.keys.reset();
  const auto locked_away = eligibility(scene, Scene::login("dora"));
  REQUIRE(!locked_away.ok());
  CHECK(!locked_away.error().message.empty());
}

TEST(a_name_without_an_account_is_a_strangers) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  const auto unknown = eligibility(scene, without_account("mallory"));
  CHECK(unknown && unknown->is_decoy() && !unknown->passes_unenrolled);
  CHECK_EQ(unknown->decoy_reason, Reason::unknown_user);
  const auto enrolled_nothing = eligibility(scene, Scene::login("carol"));
  CHECK(enrolled_nothing && enrolled_nothing->passes_unenrolled);
}

TEST(a_record_without_an_account_is_a_failure_and_shows_nothing) {
  Scene scene;
  const auto lost = eligibility(scene, without_account("alice"));
  const auto stranger = eligibility(scene, without_account("mallory"));
  REQUIRE(lost.ok() && stranger.ok());
  CHECK(lost->is_decoy() && !lost->passes_unenrolled);
  CHECK_EQ(lost->decoy_reason, Reason::nss);
  CHECK(!lost->detail.empty());
  CHECK(!lost->masked.ends_with("67"));
  CHECK(lost->media == stranger->media && lost->message_first == stranger->message_first);
}

TEST(virtual_users_need_no_account_and_pass_no_door_by_it) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  scene.snapshot.configuration.directory.virtual_users = {"dovecot"};
  const auto alice = eligibility(scene, without_account("alice", "dovecot"));
  CHECK(alice && !alice->is_decoy());
  const auto nobody = eligibility(scene, without_account("mallory", "dovecot"));
  CHECK(nobody && nobody->is_decoy() && !nobody->passes_unenrolled);
  CHECK(eligibility(scene, without_account("alice", "sshd"))->is_decoy());
}
