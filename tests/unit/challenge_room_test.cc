// SPDX-License-Identifier: Apache-2.0
// How many challenges the table keeps, and whose it forgets.
#include "lib/session/challenge_table.h"

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

using Kind = ChallengeTable::Entry::Kind;
using TryStatus = ChallengeTable::TryStatus;

constexpr ChallengeRules kRules = {5min, 3, 3, 30s};

struct Fixture {
  ManualClock clock;
  ChallengeTable table{clock, 6};  // three of strangers

  ChallengeTable::Entry enter(const ChallengeKey& key) {
    return table.enter(key, std::nullopt, false, kRules, 0ms);
  }
  ChallengeTable::Handle open(const ChallengeKey& key) {
    const auto entry = enter(key);
    if (entry.kind != Kind::opened) return nullptr;
    table.arm(entry.challenge, Secret("493817"), "K7");
    table.sent(entry.challenge, {"fake", "SM1"});
    return entry.challenge;
  }
  bool answer(const ChallengeTable::Handle& challenge, std::string_view text,
              const ChallengeKey& key) {
    return table.take_try(challenge).status == TryStatus::granted &&
           table.answer_is_right(key, challenge, text);
  }
};

}  // namespace

TEST(their_number_is_bounded_and_the_spent_ones_make_room) {
  Fixture f;
  const auto key = [](int i) {
    return ChallengeKey{"user" + std::to_string(i), "sshd", "x", Lane::unproven, "x"};
  };
  for (int i = 0; i < 3; ++i) {
    CHECK(f.open(key(i)) != nullptr);
    f.clock.advance(1s);
  }
  // The oldest is forgotten; who is at its prompt can still answer.
  const auto oldest = f.enter(key(0)).challenge;
  CHECK(f.open(key(3)) != nullptr);
  CHECK_EQ(f.table.size(), 3U);
  CHECK(f.answer(oldest, "493817", key(0)));
  CHECK_EQ(f.enter(key(1)).kind, Kind::resumed);
  f.clock.advance(5min);
  CHECK_EQ(f.enter(key(4)).kind, Kind::opened);
  CHECK_EQ(f.table.size(), 1U);
}

TEST(no_lane_takes_the_room_of_another) {
  Fixture f;
  const auto proven = f.open({"alice", "sshd", "192.0.2.7", Lane::proven, "192.0.2.0/24"});
  for (int i = 0; i < 100; ++i)
    for (const Lane lane : {Lane::unproven, Lane::own})
      CHECK(f.open({"alice", "service" + std::to_string(i), "x", lane, "x"}) != nullptr);
  CHECK_EQ(f.table.size(), 5U);
  CHECK(f.enter({"alice", "sshd", "192.0.2.7", Lane::proven, "192.0.2.0/24"}).challenge == proven);
  CHECK_EQ(f.enter({"alice", "sshd", "192.0.2.7", Lane::unproven, "192.0.2.0/24"}).kind,
           Kind::opened);
}

TEST(a_crowd_pushes_out_its_own_and_decoys_are_no_exception) {
  ManualClock clock;
  ChallengeTable table(clock, 20);  // ten of strangers
  const auto open = [&](const std::string& user, const std::string& crowd, bool decoy) {
    const ChallengeKey key = {user, "sshd", crowd, Lane::unproven, crowd};
    const auto entry = table.enter(key, std::nullopt, decoy, kRules, 0ms);
    if (entry.kind == Kind::opened) table.sent(entry.challenge, {"fake", "SM1"});
    clock.advance(1s);
    return entry.kind;
  };
  CHECK_EQ(open("alice", "home", false), Kind::opened);
  CHECK_EQ(open("nobody", "home", true), Kind::opened);
  for (int i = 0; i < 100; ++i)
    CHECK_EQ(open("user" + std::to_string(i), "far", i % 2 == 0), Kind::opened);
  CHECK_EQ(open("alice", "home", false), Kind::resumed);
  CHECK_EQ(open("nobody", "home", true), Kind::resumed);
  CHECK_EQ(open("user99", "far", false), Kind::resumed);
  CHECK_EQ(open("user98", "far", true), Kind::resumed);
  CHECK_EQ(table.size(), 10U);
}

TEST(one_persons_are_bounded_too) {
  ManualClock clock;
  ChallengeTable table(clock, 1000);
  for (int i = 0; i < 200; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    const auto entry = table.enter({"alice", "sshd", address, Lane::unproven, "192.0.2.0/24"},
                                   std::nullopt, false, kRules, 0ms);
    REQUIRE(entry.kind == Kind::opened);
    table.sent(entry.challenge, {"fake", "SM1"});
  }
  CHECK_EQ(table.size(), ChallengeTable::kMostOfUser);
}

TEST(what_is_being_sent_is_not_forgotten) {
  Fixture f;
  const auto key = [](int i) {
    return ChallengeKey{"user" + std::to_string(i), "sshd", "x", Lane::unproven, "x"};
  };
  for (int i = 0; i < 3; ++i) CHECK_EQ(f.enter(key(i)).kind, Kind::opened);
  CHECK_EQ(f.enter(key(3)).kind, Kind::full);
}
