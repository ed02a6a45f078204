// SPDX-License-Identifier: Apache-2.0
// Changes of what somebody holds, and answers, that were based on something else: of every store.
#include "lib/store/generation.h"

#include <set>

#include "tests/support/guess.h"
#include "tests/unit/every_store.h"

using namespace sms2fa;
using namespace std::chrono_literals;
using test::must;

namespace {

constexpr LockRules kRules = {3, 30min, 7};
const std::string kSealed = "key-one.sealed";

Generation now(Store& store, const std::string& user = "alice") {
  return must(store.generation_of(user));
}

const Origin kHome = {"alice", "home", true};

AttemptId count(Store& store, const Origin& origin = {"alice"}) {
  const auto counted = must(store.count_attempt(origin, test::kSixDigits, kRules));
  REQUIRE(counted.id.has_value());
  return *counted.id;
}

void fail_times(Store& store, int times, const Origin& origin = {"alice"}) {
  for (int i = 0; i < times; ++i) must(store.commit_outcome(count(store, origin), false));
}

// Every change that needs a proof, tried with this one.
std::vector<Result<Generation>> tried(Store& store, const Proof& proof) {
  return {store.set_number("alice", kSealed, proof), store.plan_number("alice", kSealed, 1h, proof),
          store.put_app("alice", {"app", kSealed, {}, {}}, proof),
          store.replace_backup_codes("alice", "p", {"h"}, proof)};
}

void check_refused(Store& store, const Proof& proof) {
  const Generation before = now(store);
  for (const auto& change : tried(store, proof)) {
    REQUIRE(!change.ok());
    CHECK(change.error().kind == ErrorKind::outdated);
  }
  CHECK(now(store) == before);
}

}  // namespace

STORE_TEST(every_change_moves_the_generation_on_and_none_comes_again) {
  std::set<Generation> seen = {now(scene.store)};
  CHECK(seen.contains(Generation{}));
  for (int i = 0; i < 3; ++i) {
    for (const auto& change : tried(scene.store, {})) CHECK(seen.insert(must(change)).second);
    must(scene.store.remove_enrolment("alice"));
    CHECK(seen.insert(now(scene.store)).second);
    must(scene.store.unlock("alice", false));
    CHECK(seen.insert(now(scene.store)).second);
  }
  CHECK(now(scene.store, "bob") == Generation{});
}

STORE_TEST(a_change_returns_the_generation_that_the_next_one_needs) {
  Generation generation = now(scene.store);
  for (int i = 0; i < 3; ++i) {
    generation = must(scene.store.set_number("alice", kSealed, {generation}));
    CHECK(generation == now(scene.store));
    generation = must(scene.store.replace_backup_codes("alice", "p", {"h"}, {generation}));
    CHECK(generation == must(scene.store.record_of({"alice"})).generation);
  }
}

STORE_TEST(what_was_proved_before_a_change_is_refused) {
  const Proof proof = {now(scene.store)};
  must(scene.store.set_number("alice", kSealed, proof));
  check_refused(scene.store, proof);
  CHECK(must(scene.store.enrolment_of("alice")).apps.empty());
  CHECK(!must(scene.store.backup_codes("alice")));
}

STORE_TEST(removing_ends_what_was_proved_before_though_nothing_was_there) {
  const Proof proof = {now(scene.store)};
  CHECK(!must(scene.store.remove_enrolment("alice")));
  check_refused(scene.store, proof);
  CHECK(must(scene.store.enrolled_users()).empty());
}

STORE_TEST(unlocking_ends_what_was_proved_before) {
  const Proof proof = {now(scene.store)};
  CHECK(!must(scene.store.unlock("alice", false)));
  check_refused(scene.store, proof);
}

STORE_TEST(a_locked_or_disabled_person_changes_nothing_but_an_administrator_does) {
  fail_times(scene.store, 3);
  const Proof by_person = {now(scene.store), true};
  check_refused(scene.store, by_person);
  scene.time.advance(kRules.lock);
  const Proof after = {must(scene.store.set_number("alice", kSealed, by_person)), true};
  // Only answers from a familiar place disable.
  must(scene.store.commit_outcome(count(scene.store, kHome), true));
  for (int i = 0; i < 7; ++i) {
    fail_times(scene.store, 1, kHome);
    scene.time.advance(kRules.lock);
  }
  check_refused(scene.store, after);
  must(scene.store.set_number("alice", kSealed, {after.generation}));
}

STORE_TEST(a_planned_number_ends_what_was_proved_before_it_was_due) {
  must(scene.store.plan_number("alice", kSealed, 24h, {}));
  const Proof before = {now(scene.store)};
  scene.time.advance(24h);
  check_refused(scene.store, before);
  const Proof after = {now(scene.store)};
  must(scene.store.enrolment_of("alice"));
  CHECK(now(scene.store) == *after.generation);
  const Generation next = must(scene.store.put_app("alice", {"app", kSealed, {}, {}}, after));
  CHECK(now(scene.store) == next);
  CHECK(must(scene.store.enrolment_of("alice")).sealed_number == kSealed);
}

STORE_TEST(an_answer_is_told_by_what_it_is_judged) {
  const auto nobody = must(scene.store.count_attempt({kDecoyUser}, test::kSixDigits, kRules));
  CHECK(nobody.generation == Generation{});
  must(scene.store.set_number("alice", kSealed, {}));
  const auto counted = must(scene.store.count_attempt({"alice"}, test::kSixDigits, kRules));
  CHECK(counted.generation == now(scene.store));
}

STORE_TEST(an_answer_that_was_counted_before_a_change_is_not_right) {
  const AttemptId id = count(scene.store);
  must(scene.store.set_number("alice", kSealed, {}));
  const auto late = scene.store.commit_outcome(id, true);
  REQUIRE(!late.ok());
  CHECK(late.error().kind == ErrorKind::outdated);
  CHECK_EQ(must(scene.store.state_of({"alice"})).consecutive_failures, 1u);
  must(scene.store.commit_outcome(count(scene.store), true));
}

STORE_TEST(an_invitation_is_good_until_it_expires_or_something_changes) {
  CHECK(!must(scene.store.invitation_of("alice")));
  must(scene.store.invite("alice", "p", "h", 2h));
  must(scene.store.invite("alice", "p2", "h2", 1h));
  const auto invitation = must(scene.store.invitation_of("alice"));
  REQUIRE(invitation.has_value());
  CHECK_EQ(invitation->parameters, "p2");
  CHECK_EQ(invitation->expires_in.count(), 3600);
  CHECK(!must(scene.store.is_invited("alice", "h")));
  CHECK(!must(scene.store.is_invited("bob", "h2")));
  CHECK(must(scene.store.is_invited("alice", "h2")));
  must(scene.store.unlock("alice", false));
  CHECK(must(scene.store.is_invited("alice", "h2")));
  scene.time.advance(1h);
  CHECK(!must(scene.store.is_invited("alice", "h2")));
  CHECK(!must(scene.store.invitation_of("alice")));
  must(scene.store.invite("alice", "p", "h", 1h));
  must(scene.store.set_number("alice", kSealed, {}));
  CHECK(!must(scene.store.invitation_of("alice")));
  must(scene.store.invite("alice", "p", "h", 1h));
  must(scene.store.remove_enrolment("alice"));
  CHECK(!must(scene.store.is_invited("alice", "h")));
}

TEST(a_restored_backup_repeats_no_generation) {
  test::StoreFile file;
  must(file.open()->set_number("alice", kSealed, {}));
  const std::string backup = file.directory.path("backup.db");
  std::filesystem::copy_file(file.path(), backup);
  const Generation first =
      must(file.open()->remove_enrolment("alice")) ? now(*file.open()) : Generation{};
  std::filesystem::copy_file(backup, file.path(),
                             std::filesystem::copy_options::overwrite_existing);
  must(file.open()->remove_enrolment("alice"));
  CHECK(now(*file.open()) != first);
  check_refused(*file.open(), {first});
}
