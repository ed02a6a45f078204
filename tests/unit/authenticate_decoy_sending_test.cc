// SPDX-License-Identifier: Apache-2.0
// The messages that decoys pretend to send: how long they take, how they end, what they cost.
#include "lib/session/metrics.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(decoys_see_a_source_and_a_host_run_dry) {
  for (const bool whole_host : {false, true}) {
    Scene scene;
    (whole_host ? scene.limits().sends_per_host : scene.limits().sends_per_source) = Rate{2, 1h};
    for (const std::string service : {"sshd", "sudo"}) {
      auto alice = scene.person();
      scene.attempt(alice, Scene::login("alice", service));
    }
    auto bob = scene.person();
    auto mallory = scene.person();
    CHECK_EQ(scene.attempt(bob, Scene::login("bob")).reason, Reason::over_limit);
    CHECK_EQ(scene.attempt(mallory, Scene::login("mallory")).reason, Reason::unknown_user);
    CHECK_EQ(bob.shape(), "! Too many messages lately. Try again in 60 min.\n");
    CHECK_EQ(mallory.shape(), bob.shape());
  }
}

TEST(decoys_take_nothing_from_the_host) {
  Scene scene;
  scene.limits().sends_per_host = {1, 1h};
  for (int i = 0; i < 10; ++i) {
    auto person = scene.person();
    scene.attempt(person, Scene::login("mallory" + std::to_string(i)));
    CHECK_EQ(person.prompts().size(), 1u);
  }
  auto alice = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(alice).verdict, AuditVerdict::accepted);
}

TEST(a_decoy_takes_as_long_as_a_recent_message) {
  Scene scene;
  scene.messenger->takes = 730'250us;  // decoys in whole milliseconds could be told apart
  auto alice = scene.person();
  scene.attempt(alice);
  // What the store takes is part of it.
  scene.store.before = [&](StoreCall call) {
    if (call == StoreCall::reserve_send) scene.clock.advance(20ms);
  };
  const SteadyTime begin = scene.clock.now();
  auto mallory = scene.person();
  scene.attempt(mallory, Scene::login("mallory"));
  CHECK(scene.clock.now() - begin == 730'250us);
}

TEST(a_decoy_settles_when_a_real_message_would) {
  Scene scene;
  scene.messenger->takes = 730ms;
  auto alice = scene.person();
  scene.attempt(alice);
  SteadyTime settled;
  scene.store.before = [&](StoreCall call) {
    if (call == StoreCall::settle_send) settled = scene.clock.now();
  };
  const SteadyTime begin = scene.clock.now();
  auto mallory = scene.person();
  scene.attempt(mallory, Scene::login("mallory"));
  CHECK(settled - begin == 730ms);
}

TEST(a_decoy_writes_counters_and_grows_none_of_those_that_are_shown) {
  Scene scene;
  auto mallory = scene.person();
  scene.attempt(mallory, Scene::login("mallory"));
  const auto counters = scene.memory->counters();
  REQUIRE(counters.ok());
  CHECK(!counters->empty());
  for (const Counter& counter : *counters) {
    CHECK(counter.name.starts_with(metrics::kOfDecoys));
    // No time passes here.
    CHECK(counter.value > 0 || counter.name.ends_with("_sum"));
  }
}

TEST(a_decoy_fails_as_recent_messages_did) {
  struct {
    SendStatus status;
    const char* shown;
  } const ends[] = {{SendStatus::try_elsewhere, "! The message could not be sent.\n"},
                    {SendStatus::credentials, "! The message could not be sent.\n"},
                    {SendStatus::ambiguous,
                     "? A code should be on its way by SMS to ********## (ref ##). "
                     "Enter one time PIN (r = resend): \n"}};
  for (const auto& end : ends) {
    Scene scene;
    scene.messenger->next(end.status, end.status == SendStatus::ambiguous);
    auto alice = scene.person();
    scene.attempt(alice);
    auto mallory = scene.person();
    scene.attempt(mallory, Scene::login("mallory"));
    CHECK_EQ(alice.shape(), std::string(end.shown));
    CHECK_EQ(mallory.shape(), std::string(end.shown));
  }
}

TEST(a_decoys_failures_are_given_back_like_real_ones) {
  for (const std::string user : {"alice", "mallory"}) {
    Scene scene;
    scene.messenger->always(SendStatus::try_elsewhere);
    auto real = scene.person();
    scene.attempt(real, Scene::login("bob"));
    for (int i = 0; i < 10; ++i) {
      auto person = scene.person();
      scene.attempt(person, Scene::login(user));
      CHECK_EQ(person.shape(), "! The message could not be sent.\n");
      scene.clock.advance(5s);
    }
  }
}

TEST(a_decoy_waits_no_longer_when_the_daemon_stops) {
  Scene scene;
  auto person = scene.person().stops_in_pause().types("000 001");
  const AuditEvent event = scene.attempt(person, Scene::login("mallory"));
  CHECK_EQ(event.verdict, AuditVerdict::unavailable);
  CHECK_EQ(event.reason, Reason::shutting_down);
  CHECK_EQ(person.prompts().size(), 0u);
}

TEST(an_answer_costs_a_decoy_the_calls_that_it_costs_a_real_attempt) {
  for (const std::string user : {"alice", "mallory"}) {
    Scene scene;
    auto person = scene.person().types("000001");
    scene.attempt(person, Scene::login(user));
    CHECK_EQ(scene.store.count_of("count " + (user == "alice" ? user : kDecoyUser)), 1);
    CHECK_EQ(scene.store.count_of("outcome wrong"), 1);
  }
}

TEST(a_decoy_whose_answer_cannot_be_committed_ends_as_a_real_attempt_does) {
  for (const char* user : {"alice", "mallory"}) {
    Scene scene;
    auto person = scene.person().types([&] {
      scene.store.fail(StoreCall::count_attempt);
      return std::string("000001");
    });
    const AuditEvent event = scene.attempt(person, Scene::login(user));
    CHECK_EQ(event.verdict, AuditVerdict::unavailable);
    CHECK_EQ(event.reason, Reason::store_failed);
  }
}
