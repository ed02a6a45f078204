// SPDX-License-Identifier: Apache-2.0
// Real threads. The counts must come out exactly, whatever the order.
#include <latch>
#include <thread>

#include "tests/support/guess.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

// Runs body(0) to body(count - 1) in threads that begin together.
void in_parallel(int count, const std::function<void(int)>& body) {
  std::latch begin(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      body(i);
    });
  for (auto& thread : threads) thread.join();
}

LoginRequest from(int i, const std::string& user = "alice") {
  return Scene::login(user, "sshd", "203.0.113." + std::to_string(i));
}

// So that messages are not what stops them.
void lift_rate_limits(Scene& scene) {
  scene.limits().sends_per_number = scene.limits().sends_per_user = {100'000, 10min};
  scene.limits().sends_per_source = scene.limits().sends_per_host = {100'000, 10min};
}

// As many as have a challenge of one person's each at the same time, though all are sending.
constexpr int kSixty = 60;
static_assert(kSixty <= ChallengeTable::kMostOfUser);

// The code of the first message that has this prompt's ref.
std::string code_for(const Scene& scene, const std::string& prompt) {
  const std::string ref = prompt.substr(prompt.find("(ref ") + 5, 2);
  const auto texts = scene.messenger->texts();
  for (size_t i = 0; i < texts.size(); ++i)
    if (texts[i].body.find("Ref " + ref) != std::string::npos) return scene.code(i);
  return "none";
}

}  // namespace

TEST(of_60_wrong_answers_at_once_exactly_ten_are_compared) {
  Scene scene;
  lift_rate_limits(scene);
  std::latch asked(kSixty);
  std::atomic<int> prompted = 0;
  std::atomic<int> denied = 0;
  in_parallel(kSixty, [&](int i) {
    // Everybody has got a real challenge before the first guess is made.
    auto person = scene.person()
                      .meanwhile([&] {
                        ++prompted;
                        asked.arrive_and_wait();
                      })
                      .types("000 001");
    denied += scene.attempt(person, from(i)).verdict == AuditVerdict::denied;
  });
  CHECK_EQ(denied.load(), kSixty);
  CHECK_EQ(prompted.load(), kSixty);
  CHECK_EQ(scene.messenger->count(), unsigned{kSixty});
  CHECK_EQ(scene.store.count_of("count alice"), kSixty);
  CHECK_EQ(scene.store.count_of("outcome wrong"), 10);
  CHECK_EQ(scene.failures_of("alice"), 10);
}

TEST(right_answers_after_the_lock_struck_are_worth_nothing) {
  for (const bool locked : {false, true}) {
    Scene scene;
    lift_rate_limits(scene);
    std::latch asked(kSixty);
    std::latch ready(kSixty);
    std::atomic<int> accepted = 0;
    in_parallel(kSixty, [&](int i) {
      auto person = scene.person();
      person
          .meanwhile([&, i] {
            asked.arrive_and_wait();
            // All challenges stand open.
            for (int n = 0; locked && i == 0 && n < 10; ++n)
              (void)scene.memory->count_attempt({"alice", "", true}, kSixDigits, {10, 30min, 100})
                  .ok();
            ready.arrive_and_wait();
          })
          .types([&] { return code_for(scene, person.prompt(0)); });
      accepted += scene.attempt(person, from(i)).verdict == AuditVerdict::accepted;
    });
    // Ten that are being judged at the same moment are a lock until the first of them is found
    // right; and a ref may stand for several codes, so not every one of the ten knows the right
    // one.
    CHECK(locked ? accepted == 0 : accepted > 5);
  }
}

TEST(of_200_right_answers_at_once_exactly_one_is_accepted) {
  for (int round = 0; round < 5; ++round) {
    Scene scene;
    lift_rate_limits(scene);
    std::latch asked(200);
    std::atomic<int> accepted = 0;
    std::atomic<unsigned> answers = 0;
    in_parallel(200, [&](int) {
      auto person = scene.person()
                        .meanwhile([&] { asked.arrive_and_wait(); })
                        .types([&] { return scene.code(0); })
                        .types([&] { return scene.code(0); });
      const AuditEvent event = scene.attempt(person);
      accepted += event.verdict == AuditVerdict::accepted;
      answers += event.answers;
    });
    CHECK_EQ(scene.messenger->count(), 1u);
    CHECK_EQ(accepted.load(), 1);
    CHECK(answers >= 1 && answers <= 3);
    CHECK_EQ(scene.store.count_of("outcome right"), 1);
  }
}

TEST(of_200_guesses_at_one_challenge_at_most_its_tries_are_granted) {
  Scene scene;
  std::latch asked(200);
  std::atomic<unsigned> answers = 0;
  in_parallel(200, [&](int) {
    auto person = scene.person()
                      .meanwhile([&] { asked.arrive_and_wait(); })
                      .types("000 001")
                      .types("000 001");
    answers += scene.attempt(person).answers;
  });
  CHECK_EQ(answers.load(), 3u);
  CHECK_EQ(scene.failures_of("alice"), 3);
  auto next = scene.person();
  CHECK_EQ(scene.attempt(next).reason, Reason::cooldown);
}

TEST(attempts_at_once_for_one_key_cause_one_message) {
  Scene scene;
  scene.messenger->while_sending = [] { std::this_thread::yield(); };
  std::atomic<int> prompted = 0;
  in_parallel(64, [&](int) {
    auto person = scene.person();
    scene.attempt(person);
    prompted += person.prompts().size() == 1;
  });
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(prompted.load(), 64);
}

TEST(attempts_at_once_cause_one_request_to_a_provider_that_fails) {
  Scene scene;
  scene.messenger->always(SendStatus::try_elsewhere);
  std::atomic<int> told = 0;
  in_parallel(64, [&](int) {
    auto person = scene.person();
    scene.attempt(person);
    told += person.notice() == "The message could not be sent.";
  });
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(told.load(), 64);
}

TEST(waiting_for_a_send_that_throws_ends_too) {
  Scene scene;
  scene.messenger->while_sending = [] { throw std::runtime_error("boom"); };
  std::atomic<int> unavailable = 0;
  in_parallel(16, [&](int) {
    auto person = scene.person();
    unavailable += scene.attempt(person).verdict == AuditVerdict::unavailable ||
                   person.notice().starts_with("Too many messages");
  });
  CHECK_EQ(unavailable.load(), 16);
  CHECK_EQ(scene.messenger->count(), 6u);  // the budget, which these stay spent from
}

TEST(resends_at_once_cause_one_message) {
  Scene scene;
  auto first = scene.person();
  scene.attempt(first);
  scene.clock.advance(30s);
  std::latch asked(64);
  std::atomic<int> told = 0;
  in_parallel(64, [&](int) {
    auto person = scene.person().meanwhile([&] { asked.arrive_and_wait(); }).types("r");
    scene.attempt(person);
    told += person.prompt(1).starts_with("Not yet: r works in ");
  });
  CHECK_EQ(scene.messenger->count(), 2u);
  CHECK_EQ(told.load(), 63);
}

TEST(a_hundred_sends_at_once_keep_to_the_budget) {
  Scene scene;
  scene.limits().sends_per_number = {6, 10min};
  std::atomic<int> refused = 0;
  in_parallel(100, [&](int i) {
    auto person = scene.person();
    refused += scene.attempt(person, from(i)).reason == Reason::over_limit;
  });
  CHECK_EQ(scene.messenger->count(), 6u);
  CHECK_EQ(refused.load(), 94);
}

TEST(a_real_and_a_decoy_attempt_for_one_key_never_let_anybody_in) {
  // The same key seen as not admitted by half of the threads: none of theirs may be accepted.
  Scene scene;
  lift_rate_limits(scene);
  std::atomic<int> wrongly = 0;
  in_parallel(64, [&](int i) {
    LoginRequest request = Scene::login();
    request.not_admitted = i % 2 == 0;
    auto person = scene.person().types([&] { return scene.code(); });
    const AuditEvent event = scene.attempt(person, request);
    wrongly += request.not_admitted && event.verdict == AuditVerdict::accepted;
  });
  CHECK_EQ(wrongly.load(), 0);
}
