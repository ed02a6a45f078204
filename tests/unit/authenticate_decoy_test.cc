// SPDX-License-Identifier: Apache-2.0
// People who can't succeed walk the same way as those who can.
#include "tests/support/guess.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

struct Kind {
  const char* user;
  Reason reason;
  void (*prepare)(Scene&);
};

void nothing(Scene&) {}

void lock(Scene& scene) {
  CHECK(scene.memory->count_attempt({"bob", "", false}, kSixDigits, {1, 30min, 100}).ok());
}

void disable(Scene& scene) {
  scene.limits().wrong_before_disable = 1;
  scene.fail_often("bob", 1);
}

const std::vector<Kind> kDecoys = {
    {"mallory", Reason::unknown_user, nothing},  {"nora", Reason::not_enrolled, nothing},
    {"tess", Reason::not_enrolled, nothing},     {"prem", Reason::forbidden_number, nothing},
    {"olaf", Reason::directory_failed, nothing}, {"bob", Reason::locked, lock},
    {"bob", Reason::disabled, disable},          {"alice", Reason::not_admitted, nothing},
    {"", Reason::unknown_user, nothing},         {"Alice", Reason::unknown_user, nothing},
};

// Who has proved a first factor may hear of a lock.
LoginRequest stranger(const std::string& user) {
  LoginRequest request = Scene::login(user);
  request.lane = Lane::unproven;
  return request;
}

LoginRequest login_of(const Kind& kind) {
  LoginRequest request = stranger(kind.user);
  request.not_admitted = kind.reason == Reason::not_admitted;
  return request;
}

using Script = std::function<std::string(Scene&, const LoginRequest&)>;

std::string transcript(Scene& scene, const LoginRequest& request, ScriptedConversation person) {
  scene.attempt(person, request);
  return person.shape();
}

// What a real user sees for the script, against what each kind of decoy sees.
void check_alike(const Script& script) {
  Scene real;
  const std::string expected = script(real, stranger("alice"));
  CHECK(!expected.empty());
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    const size_t sent_before = scene.messenger->count();
    const std::string seen = script(scene, login_of(kind));
    if (seen != expected)
      fail(__FILE__, __LINE__,
           std::string(to_string(kind.reason)) + " saw\n" + seen + "instead of\n" + expected);
    CHECK_EQ(scene.messenger->count(), sent_before);
  }
}

}  // namespace

TEST(decoys_see_the_same_prompts_for_wrong_codes) {
  check_alike([](Scene& scene, const LoginRequest& request) {
    return transcript(
        scene, request,
        scene.person().types("000 001").types("").types("000 002").types("v").types("000 003"));
  });
}

TEST(decoys_see_the_same_when_they_come_back) {
  check_alike([](Scene& scene, const LoginRequest& request) {
    std::string all = transcript(scene, request, scene.person().types("000 001"));
    scene.clock.advance(40s);
    all += transcript(scene, request, scene.person().types("000 002").types("000 003"));
    scene.clock.advance(10s);
    all += transcript(scene, request, scene.person().types("000 004"));
    scene.clock.advance(20s);
    all += transcript(scene, request, scene.person().types("000 005"));
    return all;
  });
}

TEST(decoys_see_the_same_for_resends) {
  check_alike([](Scene& scene, const LoginRequest& request) {
    return transcript(scene, request,
                      scene.person()
                          .types("r")
                          .waits(31s)
                          .types("r")
                          .waits(29s)
                          .types("r")
                          .waits(10s)
                          .types("r")
                          .waits(31s)
                          .types("r"));
  });
}

TEST(decoys_see_the_same_for_passwords_time_outs_and_endless_slips) {
  check_alike([](Scene& scene, const LoginRequest& request) {
    return transcript(scene, request, scene.person().types_the_password().types_the_password());
  });
  check_alike([](Scene& scene, const LoginRequest& request) {
    return transcript(scene, request, scene.person().ends(Reply::Status::timed_out));
  });
  check_alike([](Scene& scene, const LoginRequest& request) {
    return transcript(scene, request, scene.person().waits(5min).types("000 001"));
  });
  check_alike([](Scene& scene, const LoginRequest& request) {
    auto person = scene.person();
    for (int i = 0; i < 13; ++i) person.types("");
    return transcript(scene, request, std::move(person));
  });
}

// What sshd does to the answers of an account that it will not admit must not show either.
TEST(placeholders_are_answered_like_what_was_typed) {
  Scene real;
  auto types = real.person().types("r").types("000 001").waits(31s).types("r").types("000 002");
  real.attempt(types);
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    auto replaced = scene.person()
                        .is_replaced_by_sshd(1)
                        .is_replaced_by_sshd()
                        .waits(31s)
                        .is_replaced_by_sshd(1)
                        .is_replaced_by_sshd();
    scene.attempt(replaced, login_of(kind));
    CHECK_EQ(replaced.shape(), types.shape());
  }
}

TEST(decoys_run_dry_as_real_users_do) {
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    // Half of the six messages are for who has proved nothing.
    const int left = 3;
    for (int i = 0; i < 8; ++i) {
      LoginRequest request = login_of(kind);
      request.rhost = "203.0.113." + std::to_string(i);
      auto person = scene.person();
      const AuditEvent event = scene.attempt(person, request);
      CHECK_EQ(event.verdict, AuditVerdict::denied);
      CHECK_EQ(event.reason, kind.reason);
      CHECK_EQ(person.prompts().size(), i < left ? 1u : 0u);
      if (i >= left) CHECK(person.notice().starts_with("Too many messages lately. Try again in "));
    }
  }
}

TEST(no_answer_to_a_decoy_is_right_even_if_it_is) {
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    const std::string code = scene.choose_code("493817");
    auto person = scene.person().types(code).types(code).types("493 817");
    const AuditEvent event = scene.attempt(person, login_of(kind));
    CHECK_EQ(event.verdict, AuditVerdict::denied);
    CHECK_EQ(event.reason, kind.reason);
    CHECK_EQ(event.answers, 3u);
    CHECK(!event.number);
    CHECK(event.provider.empty() && event.message_id.empty());
  }
}

TEST(a_decoys_record_in_the_log_says_why_it_was_one) {
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    auto leaves = scene.person();
    CHECK_EQ(scene.attempt(leaves, login_of(kind)).reason, kind.reason);
    auto guesses = scene.person().types("000 001").types("000 002").types("000 003");
    CHECK_EQ(scene.attempt(guesses, login_of(kind)).reason, kind.reason);
    auto comes_back = scene.person();
    CHECK_EQ(scene.attempt(comes_back, login_of(kind)).reason, kind.reason);
    CHECK_EQ(comes_back.prompts().size(), 0u);
  }
}

TEST(a_guess_at_a_decoy_is_counted_for_nobody) {
  Scene scene;
  auto person = scene.person().types("000 001").types("000 002").types("000 003");
  scene.attempt(person, Scene::login("mallory"));
  CHECK_EQ(scene.failures_of("mallory"), 0);
}

TEST(a_decoy_shows_the_same_digits_every_time_and_locked_people_their_own) {
  Scene scene;
  auto first = scene.person();
  auto second = scene.person();
  auto other = scene.person();
  scene.attempt(first, Scene::login("mallory"));
  scene.attempt(second, Scene::login("mallory", "sudo"));
  const auto digits = [](const ScriptedConversation& person) {
    return person.prompt(0).substr(person.prompt(0).find("********"), 10);
  };
  CHECK_EQ(digits(first), digits(second));
  lock(scene);
  scene.attempt(other, Scene::login("bob"));
  CHECK_EQ(digits(other), "********89");
}

TEST(everybody_is_looked_up_once) {
  for (const Kind& kind : kDecoys) {
    Scene scene;
    kind.prepare(scene);
    const int before = scene.directory->lookups();
    auto person = scene.person();
    scene.attempt(person, login_of(kind));
    CHECK_EQ(scene.directory->lookups() - before, 1);
  }
}
