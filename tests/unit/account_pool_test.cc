// SPDX-License-Identifier: Apache-2.0
#include "lib/session/account_pool.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;
using namespace std::chrono_literals;

namespace {

// Knows alice in any case; hangs over names that begin with "hang" until it is let go.
class FakeLookup final : public AccountLookup {
 public:
  ~FakeLookup() override = default;

  Result<std::optional<Identity>> find(std::string_view typed) override {
    ++asked;
    if (typed == "broken") return make_error(ErrorKind::unavailable, "broken");
    if (typed == "dear") throw std::bad_alloc();
    if (typed.starts_with("hang")) gone_.wait();
    if (typed == "alice" || typed == "ALICE")
      return std::optional<Identity>(Identity{"alice", 1000});
    return std::optional<Identity>();
  }
  Result<GroupAnswers> memberships(const Identity& account,
                                   const std::vector<std::string>& names) override {
    ++asked;
    if (account.name.starts_with("hang")) gone_.wait();
    if (account.name == "broken") return make_error(ErrorKind::unavailable, "broken");
    GroupAnswers answers;
    for (const auto& name : names)
      if (name != "lost") answers[name] = account.name == "alice" && name == "web";
    return answers;
  }
  Result<bool> is_in(const Identity& account, const std::vector<std::string>& groups) override {
    return account.name == "alice" && groups == std::vector<std::string>{"web"};
  }
  Result<std::optional<Identity>> owner_of(uid_t uid) override {
    if (uid == 1000) return std::optional<Identity>(Identity{"alice", 1000});
    return std::optional<Identity>();
  }

  std::promise<void> go;
  std::atomic<int> asked = 0;

 private:
  const std::shared_future<void> gone_ = go.get_future().share();
};

// The pool goes last: its threads end when the look-ups are let go.
struct Pooled {
  explicit Pooled(Milliseconds patience)
      : lookup(std::make_unique<FakeLookup>()), pool(*lookup, patience) {}
  ~Pooled() {
    lookup->go.set_value();
    pool.finish(1h);
    lookup->go = {};
  }
  std::unique_ptr<FakeLookup> lookup;
  AccountPool pool;
};

}  // namespace

TEST(answers_come_through) {
  Pooled pooled(1h);
  const auto found = pooled.pool.find(Lane::unproven, "ALICE");
  CHECK(found && *found && (*found)->name == "alice" && (*found)->uid == 1000U);
  const auto owner = pooled.pool.owner_of(Lane::own, 1000);
  CHECK(owner && *owner && (*owner)->name == "alice");
  const auto nobody = pooled.pool.find(Lane::unproven, "mallory");
  CHECK(nobody && !*nobody);
  CHECK(!pooled.pool.find(Lane::unproven, "broken"));
  CHECK(!pooled.pool.find(Lane::unproven, "dear"));
}

TEST(one_name_that_hangs_takes_one_place_and_nobody_with_it) {
  Pooled pooled(0ms);
  for (int i = 0; i < 100; ++i) CHECK(!pooled.pool.find(Lane::own, "hang"));
  CHECK(pooled.lookup->asked <= 1);
}

TEST(what_hangs_in_one_lane_leaves_the_others_theirs) {
  Pooled hanging(0ms);
  for (int i = 0; i < 100; ++i) CHECK(!hanging.pool.find(Lane::own, "hang" + std::to_string(i)));
  CHECK(hanging.lookup->asked <= 4);
  std::optional<Identity> found;
  // With no patience at all an answer has to be quick.
  for (int i = 0; i < 1000 && !found; ++i) {
    const auto answer = hanging.pool.find(Lane::proven, "alice");
    if (answer) found = *answer;
    std::this_thread::yield();
  }
  CHECK(found && found->name == "alice");
}

TEST(when_all_hang_an_error_says_so) {
  Pooled pooled(1ms);
  std::vector<std::thread> crowd;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 50; ++i)
    crowd.emplace_back([&pooled, &failed, i] {
      const auto found = pooled.pool.find(Lane::proven, "hang" + std::to_string(i));
      if (!found && found.error().kind == ErrorKind::unavailable) ++failed;
    });
  for (auto& one : crowd) one.join();
  CHECK_EQ(failed.load(), 50);
  CHECK(pooled.lookup->asked <= 32);
}

TEST(memberships_are_kept_for_a_moment_and_failures_are_not) {
  Pooled pooled(1h);
  const std::vector<std::string> names = {"web", "ops"};
  for (int i = 0; i < 3; ++i) {
    const auto found = pooled.pool.memberships(Lane::proven, {"alice", 1000}, names);
    REQUIRE(found.ok());
    CHECK((*found == Memberships{{"ops", false}, {"web", true}}));
  }
  CHECK_EQ(pooled.lookup->asked.load(), 1);
  for (int i = 0; i < 2; ++i)
    CHECK(!pooled.pool.memberships(Lane::proven, {"broken", 1001}, names).ok());
  CHECK_EQ(pooled.lookup->asked.load(), 3);
}

TEST(a_group_that_is_missing_is_asked_for_again) {
  Pooled pooled(1h);
  for (int i = 0; i < 2; ++i) {
    const auto found = pooled.pool.memberships(Lane::proven, {"alice", 1000}, {"web", "lost"});
    REQUIRE(found.ok());
    CHECK((*found == Memberships{{"web", true}}));
  }
  CHECK_EQ(pooled.lookup->asked.load(), 2);
}

TEST(a_name_with_a_line_in_it_is_nobody_elses) {
  Pooled pooled(1h);
  CHECK(pooled.pool.memberships(Lane::proven, {"alice", 1000}, {"ops", "web"})->at("web"));
  const auto other = pooled.pool.memberships(Lane::unproven, {"alice\nops", 0}, {"web"});
  REQUIRE(other.ok());
  CHECK(!other->at("web"));
}

TEST(memberships_that_do_not_come_are_an_error) {
  Pooled pooled(10ms);
  CHECK(!pooled.pool.memberships(Lane::proven, {"hanging", 1000}, {"web"}).ok());
}
