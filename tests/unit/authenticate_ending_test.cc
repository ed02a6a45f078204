// SPDX-License-Identifier: Apache-2.0
// What people read when they are not let in.
#include <functional>
#include <utility>

#include "tests/support/guess.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

LoginRequest unproven(const std::string& user) {
  LoginRequest request = Scene::login(user);
  request.lane = Lane::unproven;
  return request;
}

// The last thing that somebody reads who gives three wrong answers.
std::string end_of(Scene& scene, const LoginRequest& request) {
  auto person = scene.person().types("000001").types("000001").types("000001");
  scene.attempt(person, request);
  return person.notice();
}

void lock(Scene& scene, bool proven) {
  for (int i = 0; i < 10; ++i)
    CHECK(scene.memory->count_attempt({"alice", "", proven}, kSixDigits, {10, 30min, 100}).ok());
}

}  // namespace

TEST(every_dead_end_says_whom_to_ask) {
  using Prepare = std::function<void(Scene&)>;
  const std::pair<const char*, Prepare> ends[] = {
      {"Too many wrong codes. A new one ", [](Scene&) {}},
      {"Too many wrong codes. A new one ", [](Scene& scene) { end_of(scene, Scene::login()); }},
      {"Too many wrong codes: locked ", [](Scene& scene) { lock(scene, true); }},
      {"The message could not be sent.",
       [](Scene& scene) { scene.messenger->always(SendStatus::try_elsewhere); }},
      {"Too many messages lately.",
       [](Scene& scene) {
         scene.limits().sends_per_number = {1, 10min};
         auto person = scene.person();
         scene.attempt(person, Scene::login("alice", "sshd", "192.0.2.8"));
       }},
      {"The second factor cannot be checked ",
       [](Scene& scene) { scene.store.fail(StoreCall::decoy_key); }},
  };
  for (const auto& [begin, prepare] : ends) {
    Scene scene;
    scene.snapshot.configuration.message.help = "Call 1234.";
    prepare(scene);
    const std::string end = end_of(scene, Scene::login());
    if (!end.starts_with(begin)) test::fail(__FILE__, __LINE__, end);
    CHECK(end.ends_with(". Call 1234."));
  }
}

TEST(a_prompt_that_nobody_answers_ends_with_it_too) {
  Scene scene;
  scene.snapshot.configuration.message.help = "Call 1234.";
  auto person = scene.person().ends(Reply::Status::timed_out);
  scene.attempt(person);
  CHECK_EQ(person.notice(), "The code has expired. Log in again for a new one. Call 1234.");
}

TEST(who_has_proved_a_first_factor_hears_how_long_a_lock_lasts) {
  Scene scene;
  lock(scene, true);
  scene.clock.advance(5min);
  CHECK_EQ(end_of(scene, Scene::login()), "Too many wrong codes: locked for another 25 min.");
  lock(scene, false);
  const std::string stranger = end_of(scene, unproven("mallory"));
  CHECK_EQ(stranger, "Too many wrong codes. A new one can be sent in 30 s at the earliest.");
  CHECK_EQ(end_of(scene, unproven("alice")), stranger);
}

TEST(somebodys_stop_is_told_to_who_has_proved_a_first_factor) {
  Scene scene;
  scene.messenger->always_report({.status = SendStatus::opted_out, .sender = "+15005550006"});
  auto person = scene.person();
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.reason, Reason::number_failed);
  CHECK_EQ(person.notice(),
           "Your phone has refused our messages (STOP). To get them again, text START to "
           "+15005550006.");
  scene.clock.advance(1min);
  auto stranger = scene.person();
  scene.attempt(stranger, unproven("alice"));
  CHECK_EQ(stranger.notice(), "The message could not be sent.");
}
