// SPDX-License-Identifier: Apache-2.0
// Whose wrong answers cost whom what: the owner at a usual place, strangers, and those of them who
// prove nothing.
#include "lib/otp/backup_code.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/number_check.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kHome = "192.0.2.7";
constexpr const char* kElsewhere = "203.0.113.9";

LoginRequest from(const std::string& rhost, Lane lane = Lane::proven) {
  LoginRequest request = Scene::login("alice", "sshd", rhost);
  request.lane = lane;
  return request;
}

AuditEvent log_in(Scene& scene, const LoginRequest& request, std::string* seen = nullptr) {
  auto person = scene.person().types([&] { return scene.code(); });
  const AuditEvent event = scene.attempt(person, request);
  if (seen != nullptr) seen->clear();
  for (const auto& line : person.lines())
    if (seen != nullptr) *seen += line.text + "\n";
  return event;
}

// Wrong answers from ever new addresses, at most ten of a lock.
void guess(Scene& scene, unsigned times, Lane lane) {
  static unsigned source = 0;
  for (unsigned done = 0; done < times;) {
    auto stranger = scene.person();
    for (unsigned i = 0; i < 3 && done < times; ++i, ++done) stranger.types(scene.wrong());
    scene.attempt(stranger, from("2001:db8:" + std::to_string(++source % 10'000) + "::1", lane));
    scene.clock.advance(31min);
  }
}

void allow_any_message(Scene& scene) {
  for (Rate* rate : {&scene.limits().sends_per_number, &scene.limits().sends_per_user,
                     &scene.limits().sends_per_source, &scene.limits().sends_per_host})
    *rate = {100'000, 24h};
  scene.limits().sends_per_host_per_day = 1'000'000;
}

// Texts an ordinary user of the machine to that number within enrolments of their own.
unsigned texts_by_enrolling(Scene& scene, const std::string& number, int times) {
  for (int i = 0; i < times; ++i) {
    LoginRequest request = Scene::login("user" + std::to_string(i), "sms2fa-enroll", "");
    request.lane = Lane::own;
    request.caller = request.user;
    auto person = scene.person();
    AuditEvent event;
    AnswerVerifier verifier(request, scene.limits(), scene.store, scene.audit, event);
    NumberCheck check(request, scene.snapshot, scene.services, person, event, verifier);
    CHECK(check.run(*PhoneNumber::parse_international(number)).ok());
  }
  return static_cast<unsigned>(scene.messenger->count());
}

unsigned count_of_notices(const Scene& scene, const std::string& begin) {
  unsigned count = 0;
  for (const auto& line : scene.audit.lines()) count += line.starts_with("notice kind=" + begin);
  return count;
}

}  // namespace

// Attack 7 and 8: ten wrong codes from elsewhere lock those elsewhere.
TEST(strangers_lock_out_strangers_and_not_the_owner_at_a_usual_place) {
  for (const Lane lane : {Lane::proven, Lane::unproven, Lane::own}) {
    Scene scene;
    allow_any_message(scene);
    REQUIRE(log_in(scene, from(kHome)).verdict == AuditVerdict::accepted);
    scene.fail_often("alice", 10);
    CHECK_EQ(log_in(scene, from(kElsewhere)).reason, Reason::locked);
    CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
    CHECK_EQ(log_in(scene, from(kHome, Lane::unproven)).verdict, AuditVerdict::accepted);
    CHECK_EQ(log_in(scene, from(kElsewhere)).reason, Reason::locked);
    scene.clock.advance(30min);
    guess(scene, 3, lane);
    CHECK_EQ(log_in(scene, from(kElsewhere)).verdict, AuditVerdict::accepted);
  }
}

TEST(who_proves_nothing_locks_out_nobody_who_does) {
  Scene scene;
  allow_any_message(scene);
  for (int i = 0; i < 4; ++i) {
    auto stranger = scene.person().types(scene.wrong()).types(scene.wrong()).types(scene.wrong());
    scene.attempt(stranger, from("203.0.113." + std::to_string(i), Lane::unproven));
  }
  CHECK_EQ(log_in(scene, from("198.51.100.1", Lane::unproven)).reason, Reason::locked);
  CHECK_EQ(log_in(scene, from("198.51.100.1")).verdict, AuditVerdict::accepted);
}

// Attack 8: with the owner's logins in between.
TEST(the_owners_logins_forgive_no_stranger) {
  Scene scene;
  allow_any_message(scene);
  REQUIRE(log_in(scene, from(kHome)).verdict == AuditVerdict::accepted);
  unsigned judged = 0;
  for (int i = 0; i < 60; ++i) {
    const unsigned before = scene.memory->state_of({"alice"})->year.strangers;
    guess(scene, 3, Lane::proven);
    judged += scene.memory->state_of({"alice"})->year.strangers - before;
    if (i % 3 == 0) CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
  }
  CHECK_EQ(judged, kMostByStrangers);
  CHECK_EQ(count_of_notices(scene, "share-spent user=alice"), 1u);
  CHECK_EQ(log_in(scene, from(kElsewhere)).reason, Reason::share_spent);
  CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
}

// Attack 8: a hundred by strangers disabled the owner.
TEST(a_hundred_wrong_answers_of_strangers_disable_no_owner) {
  Scene scene;
  allow_any_message(scene);
  REQUIRE(log_in(scene, from(kHome)).verdict == AuditVerdict::accepted);
  guess(scene, 120, Lane::proven);
  guess(scene, 120, Lane::unproven);
  CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
}

TEST(the_owner_hears_of_wrong_codes_from_elsewhere_until_told_at_a_usual_place) {
  Scene scene;
  allow_any_message(scene);
  std::string seen;
  log_in(scene, from(kHome), &seen);
  CHECK(seen.find("elsewhere") == std::string::npos);
  guess(scene, 9, Lane::proven);
  guess(scene, 3, Lane::unproven);
  for (const char* place : {kElsewhere, kHome}) {
    log_in(scene, from(place), &seen);
    CHECK(seen.find("12 wrong codes from elsewhere since your last login.\n") != std::string::npos);
  }
  log_in(scene, from(kHome), &seen);
  CHECK(seen.find("elsewhere") == std::string::npos);
  auto wrong = scene.person().types(scene.wrong());
  scene.attempt(wrong, from("203.0.113.77"));
  CHECK(wrong.shape().find("elsewhere") == std::string::npos);
}

TEST(own_slips_at_a_new_place_are_nobody_elses) {
  Scene scene;
  auto person =
      scene.person().types(scene.wrong()).types(scene.wrong()).types([&] { return scene.code(); });
  CHECK_EQ(scene.attempt(person, from(kElsewhere)).verdict, AuditVerdict::accepted);
  CHECK(person.shape().find("elsewhere") == std::string::npos);
  CHECK_EQ(scene.memory->state_of({"alice"})->year.chance, 0);
}

TEST(a_name_instead_of_an_address_never_becomes_a_usual_place) {
  Scene scene;
  for (const char* name : {"client.example.net", "10.0.0.256"}) {
    CHECK_EQ(log_in(scene, from(name)).verdict, AuditVerdict::accepted);
    CHECK(origin_of(from(name)).place.empty());
  }
  CHECK(origin_of(from("2001:db8::1")).place == origin_of(from("2001:db8::2")).place);
  CHECK(origin_of(from("192.0.2.1")).place != origin_of(from("192.0.2.2")).place);
}

TEST(sudo_on_any_pseudo_terminal_is_one_place_and_another_callers_su_is_another) {
  LoginRequest sudo = Scene::login("alice", "sudo", "");
  sudo.caller = "alice";
  sudo.tty = "/dev/pts/3";
  const std::string place = origin_of(sudo).place;
  sudo.tty = "pts/17";
  CHECK_EQ(origin_of(sudo).place, place);
  sudo.tty = "/dev/tty1";
  CHECK(origin_of(sudo).place != place);
  sudo.tty = "pts/17";
  sudo.caller = "bob";
  CHECK(origin_of(sudo).place != place);
  sudo.caller = "alice";
  sudo.lane = Lane::own;
  CHECK(origin_of(sudo).place != place);
}

TEST(a_backup_code_lets_in_where_too_many_were_wrong) {
  Scene scene;
  allow_any_message(scene);
  const std::string parameters = *make_backup_parameters(scene.random);
  REQUIRE(scene.memory
              ->replace_backup_codes("alice", parameters,
                                     {*hash_backup_code(parameters, "7K2XMQ9RTC"),
                                      *hash_backup_code(parameters, "12345678")},
                                     Proof{})
              .ok());
  guess(scene, 150, Lane::proven);
  const size_t texts = scene.messenger->count();
  auto other = scene.person().types("1234-5678").types("7K2XM-Q9RTC");
  const AuditEvent event = scene.attempt(other, from(kElsewhere));
  CHECK(other.prompt(1).starts_with("Wrong code, 2 tries left."));
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "backup");
  CHECK_EQ(scene.messenger->count(), texts);
  CHECK(origin_of(from(kElsewhere)).place.size() > 0);
  CHECK_EQ(log_in(scene, from(kElsewhere)).verdict, AuditVerdict::accepted);
}

TEST(a_disabled_persons_message_is_not_sent_and_a_code_of_it_would_be_wrong) {
  Scene scene;
  allow_any_message(scene);
  REQUIRE(log_in(scene, from(kHome)).verdict == AuditVerdict::accepted);
  scene.limits().wrong_before_disable = 10;
  for (int i = 0; i < 10; ++i) {
    auto person = scene.person().types(scene.wrong());
    scene.attempt(person, from(kHome));
    scene.clock.advance(31min);
  }
  CHECK_EQ(count_of_notices(scene, "disabled user=alice"), 1u);
  const size_t texts = scene.messenger->count();
  for (const char* place : {kHome, kElsewhere})
    CHECK_EQ(log_in(scene, from(place)).reason, Reason::disabled);
  CHECK_EQ(scene.messenger->count(), texts);
}

TEST(notices_say_whose_wrong_answers_brought_the_lock) {
  Scene scene;
  allow_any_message(scene);
  scene.limits().wrong_before_lockout = 2;
  log_in(scene, from(kHome));
  for (const auto& [place, lane] :
       {std::pair{kHome, Lane::proven}, {kElsewhere, Lane::proven}, {kElsewhere, Lane::unproven}}) {
    auto person = scene.person().types(scene.wrong()).types(scene.wrong());
    scene.attempt(person, from(place, lane));
    scene.clock.advance(10min);
  }
  std::vector<std::string> ends;
  for (const auto& line : scene.audit.lines())
    if (line.starts_with("notice kind=locked ")) ends.push_back(line.substr(line.find("state=")));
  REQUIRE(ends.size() == 3);
  CHECK_EQ(ends[0], "state=familiar count=2");
  CHECK_EQ(ends[1], "state=strangers count=2");
  CHECK_EQ(ends[2], "state=unproven count=2");
}

// Attack 10: twenty texts to one number, of which nobody counted any.
TEST(messages_of_enrolments_are_taken_from_the_numbers_own_budget) {
  Scene scene;
  CHECK(texts_by_enrolling(scene, "+353851234567", 20) <= scene.limits().sends_per_number.count);
}

// Attack 7: six local users, five addresses.
TEST(others_leave_the_proven_their_part_of_each_budget) {
  Scene scene;
  scene.limits().sends_per_host = {20, 1h};
  for (int i = 0; i < 60; ++i) {
    auto stranger = scene.person();
    LoginRequest request = from("203.0.113." + std::to_string(i), Lane::unproven);
    request.user = i % 2 == 0 ? "alice" : "bob";
    scene.attempt(stranger, request);
  }
  CHECK(scene.messenger->count() <= 10);
  CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
  for (int i = 0; i < 20; ++i) {
    auto local = scene.person();
    LoginRequest request = Scene::login("local" + std::to_string(i), "x", "");
    request.lane = Lane::own;
    request.caller = request.user;
    scene.attempt(local, request);
  }
  auto sudo = scene.person().types([&] { return scene.code(); });
  LoginRequest request = Scene::login("bob", "sudo", "");
  request.caller = "bob";
  CHECK_EQ(scene.attempt(sudo, request).verdict, AuditVerdict::accepted);
}

TEST(the_day_has_a_budget_of_its_own) {
  Scene scene;
  allow_any_message(scene);
  scene.limits().sends_per_host_per_day = 3;
  for (int i = 0; i < 4; ++i) {
    scene.clock.advance(2h);
    const AuditEvent event = log_in(scene, from(kHome));
    CHECK_EQ(event.verdict == AuditVerdict::accepted, i < 3);
    if (i == 3) CHECK_EQ(event.detail, "sends_per_host_per_day is used up");
  }
  scene.clock.advance(24h);
  CHECK_EQ(log_in(scene, from(kHome)).verdict, AuditVerdict::accepted);
}
