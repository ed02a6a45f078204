// SPDX-License-Identifier: Apache-2.0
#include "lib/session/membership_cache.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(an_answer_is_kept_for_a_while) {
  MembershipCache cache;
  const SteadyTime now{};
  CHECK(cache.find("alice", now) == nullptr);
  cache.keep("alice", {{"ops", true}}, now);
  const auto* const found = cache.find("alice", now + MembershipCache::kKept - Milliseconds(1));
  REQUIRE(found != nullptr);
  CHECK(found->at("ops"));
  CHECK(cache.find("bob", now) == nullptr);
  CHECK(cache.find("alice", now + MembershipCache::kKept) == nullptr);
}

TEST(a_new_answer_takes_the_place_of_the_old_one) {
  MembershipCache cache;
  const SteadyTime now{};
  cache.keep("alice", {{"ops", true}}, now);
  cache.keep("alice", {{"ops", false}}, now + std::chrono::seconds(1));
  CHECK(!cache.find("alice", now + std::chrono::seconds(1))->at("ops"));
  CHECK_EQ(cache.size(), size_t{1});
}

TEST(a_full_cache_loses_its_oldest) {
  MembershipCache cache;
  const SteadyTime now{};
  for (size_t i = 0; i <= MembershipCache::kMost; ++i)
    cache.keep(std::to_string(i), {}, now + Milliseconds(i));
  CHECK_EQ(cache.size(), MembershipCache::kMost);
  CHECK(cache.find("0", now) == nullptr);
  CHECK(cache.find("1", now) != nullptr);
  CHECK(cache.find(std::to_string(MembershipCache::kMost), now) != nullptr);
}
