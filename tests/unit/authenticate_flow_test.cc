// SPDX-License-Identifier: Apache-2.0
// One attempt from its first prompt to its verdict.
#include "lib/base/text.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

TEST(the_right_code_is_accepted_at_the_first_try) {
  Scene scene;
  scene.messenger->takes = 240ms;
  auto person = scene.person().types([&] { return scene.code(); });
  auto request = Scene::login();
  request.ruser = "bob";
  request.ssh_auth_info = "publickey ssh-ed25519 AAAAC3Nza\n";
  const AuditEvent event = scene.attempt(person, request);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.reason, Reason::right_code);
  CHECK_EQ(event.user, "alice");
  CHECK_EQ(event.service, "sshd");
  CHECK_EQ(event.rhost, "192.0.2.7");
  CHECK_EQ(event.tty, "ssh");
  CHECK_EQ(event.ruser, "bob");
  CHECK_EQ(event.after, "publickey");
  CHECK_EQ(event.method, "sms");
  CHECK_EQ(event.provider, "fake");
  CHECK_EQ(event.message_id, "SM1");
  CHECK_EQ(event.answers, 1u);
  CHECK(event.number && event.number->masked() == "********67");
  CHECK(event.send_took == 240ms);
  REQUIRE(person.lines().size() == 1);
  CHECK_EQ(person.prompt(0), "Code sent by SMS to ********67 (ref " + event.ref +
                                 "). Enter one time PIN (r = resend): ");
  CHECK_EQ(scene.messenger->count(), 1u);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(who_has_no_way_in_passes_without_a_question_where_that_is_configured) {
  Scene scene;
  auto stranger = scene.person();
  CHECK_EQ(scene.attempt(stranger, Scene::login("newman")).verdict, AuditVerdict::denied);
  scene.snapshot.configuration.code.unenrolled = Unenrolled::allow;
  auto person = scene.person();
  const AuditEvent event = scene.attempt(person, Scene::login("newman"));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.reason, Reason::unenrolled);
  CHECK_EQ(person.prompts().size(), 0u);
  CHECK_EQ(scene.messenger->count(), 0u);
  auto alice = scene.person().types("000001");
  CHECK_EQ(scene.attempt(alice).verdict, AuditVerdict::denied);
}

TEST(who_has_proved_a_password_reads_how_many_days_are_left_to_enroll) {
  Scene scene;
  scene.snapshot.configuration.code.unenrolled = Unenrolled::countdown;
  scene.snapshot.configuration.code.deadline =
      std::chrono::sys_days(std::chrono::year(2025) / 6 / 18);
  LoginRequest request = Scene::login("newman");
  for (const Lane lane : {Lane::proven, Lane::unproven}) {
    request.lane = lane;
    auto person = scene.person();
    const AuditEvent event = scene.attempt(person, request);
    CHECK_EQ(event.verdict, AuditVerdict::accepted);
    CHECK_EQ(event.detail, "3 days left to enroll, until 2025-06-18");
    REQUIRE(person.lines().size() == (lane == Lane::proven ? 1u : 0u));
    if (lane == Lane::proven)
      CHECK_EQ(person.lines()[0].text,
               "You have 3 days left to enroll a phone or an app: ask for an invitation.");
  }
  scene.clock.advance(3 * 24h);
  auto late = scene.person();
  const AuditEvent event = scene.attempt(late, request);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.detail, "nothing is enrolled, and the deadline was 2025-06-18");
  CHECK_EQ(scene.messenger->count(), 0u);
}

TEST(a_code_may_be_typed_with_blanks_and_dashes) {
  Scene scene;
  auto person = scene.person().types([&] {
    const std::string code = scene.code();
    return "  " + code.substr(0, 3) + " - " + code.substr(3) + " ";
  });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
}

TEST(letters_of_a_code_may_be_typed_in_either_case) {
  for (const Alphabet alphabet : {Alphabet::base32, Alphabet::mixed})
    for (const bool lower : {false, true}) {
      Scene scene;
      scene.snapshot.configuration.code.alphabet = alphabet;
      scene.snapshot.configuration.code.length = 10;
      auto person =
          scene.person().types([&] { return lower ? ascii_lower(scene.code()) : scene.code(); });
      CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
      CHECK_EQ(scene.code().size(), 10u);
    }
}

TEST(signs_of_a_code_are_sent_and_typed_as_they_are) {
  const std::string signs = "A!#%&*+=?9";
  Scene scene;
  scene.snapshot.configuration.code.alphabet = Alphabet::mixed;
  scene.snapshot.configuration.code.length = 10;
  std::string drawn;
  for (const char c : signs)
    drawn += static_cast<char>('0' + characters_of(Alphabet::mixed).find(c));
  scene.random.next_code(drawn);
  // Any of the signs counts: none is taken for a blank.
  auto person = scene.person().types("A9").types(signs.substr(0, 9) + "8").types(signs);
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.code(), signs);
  CHECK_EQ(person.prompts().size(), 3u);
}

TEST(the_third_wrong_code_ends_the_attempt) {
  Scene scene;
  auto person = scene.person().types("000 001").types("000 002").types("000 003").types(
      [&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::no_tries_left);
  CHECK_EQ(event.answers, 3u);
  REQUIRE(person.prompts().size() == 3);
  CHECK_EQ(person.prompt(1), "Wrong code, 2 tries left. Enter one time PIN (r = resend): ");
  CHECK_EQ(person.prompt(2), "Wrong code, 1 try left. Enter one time PIN (r = resend): ");
  CHECK_EQ(person.notice(), "Too many wrong codes. A new one can be sent in 30 s at the earliest.");
  CHECK_EQ(scene.failures_of("alice"), 3);
}

TEST(the_right_code_is_accepted_at_the_last_try) {
  Scene scene;
  auto person =
      scene.person().types("000 001").types("000 002").types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(an_answer_is_counted_before_it_is_compared) {
  Scene scene;
  bool was_open_when_counted = false;
  scene.store.before = [&](StoreCall call) {
    // A compare that finds the code right takes the challenge off the table.
    if (call == StoreCall::count_attempt) was_open_when_counted = scene.challenges.size() == 1;
    if (call == StoreCall::commit_outcome) CHECK_EQ(scene.challenges.size(), 0u);
  };
  auto person = scene.person().types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  CHECK(was_open_when_counted);
  const std::vector<std::string> expected = {"state alice", "enrolment alice", "codes alice",
                                             "key",         "reserve",         "settle spent",
                                             "count alice", "outcome right"};
  CHECK(scene.store.calls() == expected);
}

TEST(a_wrong_answer_is_counted_too_and_then_committed_as_wrong) {
  Scene scene;
  auto person = scene.person().types("000 001").types("000 002");
  scene.attempt(person);
  const std::vector<std::string> expected = {
      "state alice",  "enrolment alice", "codes alice",   "key",         "reserve",
      "settle spent", "count alice",     "outcome wrong", "count alice", "outcome wrong"};
  CHECK(scene.store.calls() == expected);
}

TEST(answers_that_are_no_guess_cost_no_try) {
  Scene scene;
  auto person = scene.person().types("").types("r").types("v").types("\x1b").types(
      [&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.answers, 1u);
  CHECK_EQ(scene.store.count_of("count alice"), 1);
  CHECK_EQ(person.prompt(1), "Enter one time PIN (r = resend): ");
  // sshd keeps the length of an answer only, so one character of any kind asks for another message.
  for (const size_t i : {2, 3, 4})
    CHECK_EQ(person.prompt(i), "Not yet: r works in 30 s. Enter one time PIN (r = resend): ");
}

TEST(nobody_is_prompted_more_than_twelve_times) {
  Scene scene;
  auto person = scene.person();
  for (int i = 0; i < 12; ++i) person.types("");
  person.types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::too_many_prompts);
  CHECK_EQ(person.prompts().size(), 12u);
}

TEST(the_prompt_is_the_configured_one) {
  Scene scene;
  scene.snapshot.configuration.message.prompt = "Token";
  scene.snapshot.configuration.message.echo = false;
  scene.limits().sends_per_code = 1;
  auto person = scene.person();
  const AuditEvent event = scene.attempt(person, Scene::login("alice", "login"));
  CHECK_EQ(person.prompt(0), "Code sent by SMS to ********67 (ref " + event.ref + "). Token: ");
  CHECK(!person.last_echo());
}

TEST(sudo_hides_what_is_typed_and_sshd_shows_it_whatever_is_configured) {
  for (const bool echo : {true, false}) {
    const std::pair<const char*, bool> expected[] = {{"sudo", false},     {"sudo-i", false},
                                                     {"sudoedit", false}, {"sshd", true},
                                                     {"su", echo},        {"login", echo}};
    for (const auto& [service, shown] : expected) {
      Scene scene;
      scene.snapshot.configuration.message.echo = echo;
      auto person = scene.person();
      scene.attempt(person, Scene::login("alice", service));
      CHECK_EQ(person.last_echo(), shown);
    }
  }
}

TEST(no_message_names_a_service_that_an_ordinary_user_made_up) {
  Scene scene;
  LoginRequest request = Scene::login("alice", "secure-login.xyz", "");
  request.lane = Lane::own;
  request.peer = 1000;
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person, request);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  REQUIRE(scene.messenger->count() == 1);
  CHECK(scene.messenger->texts()[0].body.find(" is your code for a local login. Ref ") !=
        std::string::npos);
}

TEST(the_person_has_until_the_code_expires) {
  Scene scene;
  const SteadyTime begin = scene.clock.now();
  auto person = scene.person().waits(200s).types("").types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
  CHECK(person.last_deadline() == begin + 5min);
  CHECK(person.last_echo());
}

namespace {

void check_end(Reply::Status status, AuditVerdict verdict, Reason reason,
               const std::string& notice) {
  Scene scene;
  auto person = scene.person().ends(status).types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, verdict);
  CHECK_EQ(event.reason, reason);
  CHECK_EQ(event.answers, 0u);
  CHECK_EQ(person.prompts().size(), 1u);
  CHECK_EQ(person.notice(), notice);
  CHECK_EQ(scene.failures_of("alice"), 0);
}

}  // namespace

TEST(a_conversation_that_ends_is_a_denial) {
  check_end(Reply::Status::gone, AuditVerdict::denied, Reason::client_gone, "");
  check_end(Reply::Status::broken, AuditVerdict::denied, Reason::bad_request, "");
  check_end(Reply::Status::stopped, AuditVerdict::unavailable, Reason::shutting_down, "");
  check_end(Reply::Status::timed_out, AuditVerdict::denied, Reason::expired,
            "The code has expired. Log in again for a new one.");
}

TEST(who_leaves_after_a_wrong_code_is_recorded_so) {
  Scene scene;
  auto person = scene.person().types("000 001");
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::wrong_code);
  CHECK_EQ(event.answers, 1u);
}

TEST(a_code_that_expires_while_it_is_typed_is_refused_without_a_count) {
  Scene scene;
  auto person = scene.person().waits(5min).types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person);
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::expired);
  CHECK_EQ(person.notice(), "The code has expired. Log in again for a new one.");
  CHECK_EQ(scene.failures_of("alice"), 0);
}

TEST(a_code_is_good_until_the_last_moment) {
  Scene scene;
  auto person = scene.person().waits(5min - 1ms).types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::accepted);
}

TEST(hostile_answers_are_wrong_answers) {
  const std::vector<std::string> hostile = {
      std::string(511, '1'),
      std::string(511, ' ') + "x",
      std::string("\x1b[2J\x07\n\r"),
      std::string("12\0003456", 7),
      "%n%n%s%s",
      "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96",  // full-width
                                                                                   // 123456
      "\xff\xfe\xc0\x80",
      "--",
      "  ",
      "\b\n\r\177INCOR",
  };
  for (const auto& answer : hostile) {
    Scene scene;
    scene.choose_code("123456");
    auto person = scene.person().types(answer);
    const AuditEvent event = scene.attempt(person);
    CHECK_EQ(event.verdict, AuditVerdict::denied);
    CHECK_EQ(event.answers, 1u);
    CHECK_EQ(person.prompt(1), "Wrong code, 2 tries left. Enter one time PIN (r = resend): ");
    CHECK_EQ(scene.failures_of("alice"), 0);  // no code looks like that
  }
}

TEST(a_code_with_something_before_or_after_it_is_wrong) {
  for (const std::string extra : {"1", "\n", "x", "."}) {
    Scene scene;
    auto person = scene.person().types([&] { return scene.code() + extra; }).types([&] {
      return extra + scene.code();
    });
    CHECK_EQ(scene.attempt(person).verdict, AuditVerdict::denied);
    // Seven digits may be an app's.
    CHECK_EQ(scene.failures_of("alice"), extra == "1" ? 2 : 0);
  }
}

TEST(the_message_says_where_what_for_and_which) {
  Scene scene;
  scene.choose_code("493817");
  const SteadyTime begin = scene.clock.now();
  auto person = scene.person();
  const AuditEvent event = scene.attempt(person);
  REQUIRE(scene.messenger->count() == 1);
  const auto text = scene.messenger->texts()[0];
  CHECK_EQ(text.to, "+353851234567");
  CHECK_EQ(text.body,
           "web01: 493817 is your code for sshd. Ref " + event.ref + ". Never share it.");
  CHECK(text.validity == 5min);
  CHECK(text.deadline == begin + 8s);
}

TEST(nothing_untrusted_gets_into_the_message) {
  Scene scene;
  scene.snapshot.host = std::string(200, 'h');
  auto person = scene.person();
  scene.attempt(
      person, Scene::login("alice", "su {code}\n\x1b[1m http://x.example/" + std::string(64, 's')));
  REQUIRE(scene.messenger->count() == 1);
  const std::string body = scene.messenger->texts()[0].body;
  CHECK(body.starts_with(std::string(kLongestHost, 'h') + ": "));
  CHECK(body.find("for sucode1mhttpx.exampl. Ref") != std::string::npos);
  CHECK(gsm7_length(body) > 0 && gsm7_length(body) <= 160);
}
