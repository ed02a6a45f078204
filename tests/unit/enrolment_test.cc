// SPDX-License-Identifier: Apache-2.0
// What lib/store/enrolment.h promises, of every store there is.
#include "lib/store/enrolment.h"

#include <memory>

#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;

namespace {

const std::string kKey = "key-one.";
const std::string kOtherKey = "key-two.";

// Zero bytes are as good as any.
std::string sealed(const std::string& text, const std::string& key = kKey) {
  return key + std::string("\0\xff", 2) + text;
}

EnrolledApp app(const std::string& label, const std::string& text) {
  return {label, sealed(text), {TotpAlgorithm::sha256, 8, -3}, WallTime(1'750'000'000'123ms)};
}

}  // namespace

STORE_TEST(nobody_has_enrolled_anything_at_first) {
  const auto enrolment = must(scene.store.enrolment_of("alice"));
  CHECK(!enrolment.sealed_number && !enrolment.planned && enrolment.apps.empty());
  CHECK(must(scene.store.enrolled_users()).empty());
  CHECK(!must(scene.store.remove_enrolment("alice")));
}

STORE_TEST(a_number_is_kept_for_its_user_and_a_new_one_takes_its_place) {
  must(scene.store.set_number("alice", sealed("one"), {}));
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("one"));
  CHECK(!must(scene.store.enrolment_of("Alice")).sealed_number);
  must(scene.store.set_number("alice", sealed("two"), {}));
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("two"));
}

STORE_TEST(a_planned_number_becomes_the_number_when_its_time_has_come) {
  must(scene.store.set_number("alice", sealed("old"), {}));
  must(scene.store.plan_number("alice", sealed("new"), 24h, {}));
  scene.time.advance(24h - 1ms);
  auto enrolment = must(scene.store.enrolment_of("alice"));
  CHECK(enrolment.sealed_number == sealed("old"));
  REQUIRE(enrolment.planned.has_value());
  CHECK(enrolment.planned->sealed == sealed("new"));
  CHECK_EQ(enrolment.planned->due_in.count(), 1);
  scene.time.jump_wall(48h);
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("old"));
  scene.time.advance(1ms);
  enrolment = must(scene.store.enrolment_of("alice"));
  CHECK(enrolment.sealed_number == sealed("new"));
  CHECK(!enrolment.planned);
}

STORE_TEST(the_last_plan_counts_and_a_number_set_at_once_ends_it) {
  must(scene.store.set_number("alice", sealed("old"), {}));
  must(scene.store.plan_number("alice", sealed("a"), 24h, {}));
  scene.time.advance(23h);
  must(scene.store.plan_number("alice", sealed("b"), 24h, {}));
  scene.time.advance(2h);
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("old"));
  must(scene.store.set_number("alice", sealed("c"), {}));
  scene.time.advance(48h);
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("c"));
}

STORE_TEST(a_plan_that_was_due_is_the_number_that_the_next_plan_leaves_standing) {
  must(scene.store.set_number("alice", sealed("old"), {}));
  must(scene.store.plan_number("alice", sealed("a"), 24h, {}));
  scene.time.advance(25h);
  must(scene.store.plan_number("alice", sealed("b"), 24h, {}));
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("a"));
}

STORE_TEST(apps_stand_by_their_label) {
  must(scene.store.put_app("alice", app("phone", "k1"), {}));
  must(scene.store.put_app("alice", app("backup", "k2"), {}));
  must(scene.store.put_app("alice", app("phone", "k3"), {}));
  const auto apps = must(scene.store.enrolment_of("alice")).apps;
  REQUIRE(apps.size() == 2);
  CHECK_EQ(apps[0].label, "backup");
  CHECK(apps[1].sealed == sealed("k3"));
  CHECK(apps[1].parameters == (TotpParameters{TotpAlgorithm::sha256, 8, -3}));
  CHECK(apps[1].since == WallTime(1'750'000'000'123ms));
}

STORE_TEST(nobody_has_more_than_four_apps) {
  for (const char* label : {"a", "b", "c", "d"})
    must(scene.store.put_app("alice", app(label, "k"), {}));
  const auto fifth = scene.store.put_app("alice", app("e", "k"), {});
  REQUIRE(!fifth.ok());
  CHECK(fifth.error().kind == ErrorKind::refused);
  must(scene.store.put_app("alice", app("d", "other"), {}));
  must(scene.store.put_app("bob", app("e", "k"), {}));
}

STORE_TEST(removing_takes_everything_of_one_user) {
  for (const char* user : {"alice", "bob"}) {
    must(scene.store.set_number(user, sealed("n"), {}));
    must(scene.store.put_app(user, app("phone", "k"), {}));
    must(scene.store.replace_backup_codes(user, "p", {"h"}, {}));
  }
  CHECK(must(scene.store.remove_enrolment("alice")));
  CHECK(!must(scene.store.remove_enrolment("alice")));
  CHECK(!must(scene.store.enrolment_of("alice")).sealed_number);
  CHECK(must(scene.store.enrolment_of("alice")).apps.empty());
  CHECK(!must(scene.store.backup_codes("alice")));
  CHECK(must(scene.store.enrolled_users()) == std::vector<std::string>{"bob"});
}

STORE_TEST(everybody_with_something_is_listed) {
  must(scene.store.replace_backup_codes("carol", "p", {"h"}, {}));
  must(scene.store.put_app("bob", app("phone", "k"), {}));
  must(scene.store.plan_number("alice", sealed("n"), 24h, {}));
  CHECK((must(scene.store.enrolled_users()) == std::vector<std::string>{"alice", "bob", "carol"}));
}

STORE_TEST(what_is_sealed_with_another_key_is_refused) {
  must(scene.store.set_number("alice", sealed("n"), {}));
  CHECK(!scene.store.set_number("alice", sealed("x", kOtherKey), {}).ok());
  CHECK(!scene.store.plan_number("alice", sealed("x", kOtherKey), 1h, {}).ok());
  EnrolledApp foreign = app("phone", "k");
  foreign.sealed = sealed("k", kOtherKey);
  CHECK(!scene.store.put_app("alice", foreign, {}).ok());
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("n"));
}

STORE_TEST(resealing_renews_everything_and_brings_a_new_key) {
  must(scene.store.set_number("alice", sealed("n"), {}));
  must(scene.store.plan_number("alice", sealed("p"), 24h, {}));
  must(scene.store.put_app("bob", app("phone", "k"), {}));
  const auto renew = [](const std::string& user, const std::string& old) {
    return std::optional(kOtherKey + user + old.substr(kKey.size()));
  };
  CHECK_EQ(must(scene.store.reseal(kOtherKey, renew)), 3u);
  const std::string tail("\0\xff", 2);
  const auto alice = must(scene.store.enrolment_of("alice"));
  CHECK(alice.sealed_number == kOtherKey + "alice" + tail + "n");
  REQUIRE(alice.planned.has_value());
  CHECK(alice.planned->sealed == kOtherKey + "alice" + tail + "p");
  CHECK(must(scene.store.enrolment_of("bob")).apps.at(0).sealed == kOtherKey + "bob" + tail + "k");
  CHECK(!scene.store.set_number("alice", sealed("late"), {}).ok());
  must(scene.store.set_number("alice", sealed("n", kOtherKey), {}));
}

STORE_TEST(resealing_that_gives_up_changes_nothing) {
  must(scene.store.set_number("alice", sealed("n"), {}));
  must(scene.store.put_app("bob", app("phone", "k"), {}));
  const auto give_up = [](const std::string& user, const std::string& old) {
    return user == "bob" ? std::nullopt : std::optional(kOtherKey + old);
  };
  CHECK(!scene.store.reseal(kOtherKey, give_up).ok());
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == sealed("n"));
  must(scene.store.set_number("carol", sealed("n"), {}));
}

TEST(enrolments_outlive_the_process_and_a_reboot) {
  test::StoreFile file;
  {
    const auto store = file.open();
    must(store->set_number("alice", sealed("old"), {}));
    must(store->plan_number("alice", sealed("new"), 24h, {}));
    must(store->put_app("alice", app("phone", "k"), {}));
  }
  file.time.reboot(23h);
  auto enrolment = must(file.open()->enrolment_of("alice"));
  CHECK(enrolment.sealed_number == sealed("old"));
  CHECK_EQ(enrolment.apps.size(), 1u);
  file.time.reboot(2h);
  CHECK(must(file.open()->enrolment_of("alice")).sealed_number == sealed("new"));
}
