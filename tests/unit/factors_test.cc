// SPDX-License-Identifier: Apache-2.0
#include "lib/session/factors.h"

#include <openssl/hmac.h>

#include "lib/base/key_file.h"
#include "lib/otp/backup_code.h"
#include "lib/otp/totp.h"
#include "lib/store/memory_store.h"
#include "tests/support/fakes.h"
#include "tests/support/next_function.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

struct Computed {
  size_t codes = 0;
  size_t slow_hashes = 0;
};
Computed computed;

}  // namespace

extern "C" {

unsigned char* HMAC(const EVP_MD* digest, const void* key, int key_size, const unsigned char* data,
                    size_t size, unsigned char* out, unsigned* out_size) {
  static auto* const next = next_function<decltype(HMAC)>("HMAC");
  ++computed.codes;
  return next(digest, key, key_size, data, size, out, out_size);
}

char* crypt_rn(const char* phrase, const char* setting, void* data, int size) noexcept {
  static auto* const next = next_function<decltype(crypt_rn)>("crypt_rn");
  ++computed.slow_hashes;
  return next(phrase, setting, data, size);
}

}  // extern "C"

namespace {

// What came of an answer, in the test's words.
struct Outcome {
  static constexpr std::string_view wrong = "wrong";
  static constexpr std::string_view app = "totp";
  static constexpr std::string_view backup = "backup";
  static constexpr std::string_view bypass = "bypass";
  static constexpr std::string_view replayed = "replayed";
};

struct Checked {
  explicit Checked(const FactorCheck& check)
      : outcome(check.is_right()      ? check.kind->word
                : check.is_replayed() ? Outcome::replayed
                                      : Outcome::wrong),
        backup_codes_left(check.use.left) {}
  std::string_view outcome;
  std::optional<unsigned> backup_codes_left;
};

const Methods kAll = {Method::sms, Method::voice, Method::totp, Method::backup};

class Scene {
 public:
  Scene() {
    SystemRandom system;
    CHECK(add_key(keys.path(), system).ok());
  }

  void enroll_app(const std::string& user, const Secret& key, TotpParameters parameters = {},
                  const std::string& label = "app") {
    const auto sealed = keys.seal(app_context(user), key, random);
    REQUIRE(sealed.ok());
    CHECK(store.put_app(user, {label, *sealed, parameters, clock.wall_now()}, {}).ok());
  }

  void enroll_codes(const std::string& user, const std::vector<std::string>& codes) {
    const auto parameters = make_backup_parameters(random);
    REQUIRE(parameters.ok());
    std::vector<std::string> hashes;
    for (const auto& code : codes) hashes.push_back(*hash_backup_code(*parameters, code));
    CHECK(store.replace_backup_codes(user, *parameters, hashes, {}).ok());
  }

  void give_bypass(const std::string& user, const std::string& code,
                   const std::string& parameters) {
    const auto hash = hash_backup_code(parameters, code);
    REQUIRE(hash.ok());
    CHECK(memory->issue_bypass(user, parameters, *hash, 15min).ok());
  }

  Factors of(const std::string& user) {
    const auto record = store.record_of({user});
    REQUIRE(record.ok());
    return Factors::of(user, *record, &keys);
  }

  Checked check(const std::string& user, std::string_view answer, const Methods& allowed = kAll,
                bool real = true) {
    const auto checked = of(user).check(answer, clock.wall_now(), allowed, store, real);
    REQUIRE(checked.ok());
    return Checked(*checked);
  }

  std::string code(const Secret& key, std::chrono::seconds ahead = 0s,
                   TotpParameters parameters = {}) const {
    const auto step = static_cast<uint64_t>(totp_step_at(clock.wall_now() + ahead));
    return std::string(hotp(key, step, parameters).reveal());
  }

  const ScratchDirectory directory;
  ManualClock clock;
  ScriptedRandom random;
  std::unique_ptr<MemoryStore> memory = std::move(*MemoryStore::create(clock, random));
  FailingStore store{*memory};
  KeyRing keys{directory.path("store.key")};
};

const Secret kKey("12345678901234567890");
const Secret kOtherKey("abcdefghijklmnopqrst");

}  // namespace

TEST(whoever_enrolled_nothing_holds_nothing_and_is_never_right) {
  Scene scene;
  const Factors factors = scene.of("alice");
  CHECK(factors.nothing_enrolled());
  CHECK(!factors.number() && !factors.has(Method::totp) && factors.trouble().empty());
  CHECK_EQ(factors.backup_codes_left(), 0u);
  // The dummy key's own code is nobody's.
  for (const std::string& answer :
       {std::string("123456"), scene.code(Secret(std::string(kTotpKeySize, '\0'))), std::string()})
    CHECK(scene.check("alice", answer).outcome == Outcome::wrong);
}

TEST(an_app_code_is_right_once_one_step_to_each_side) {
  for (const auto ahead : {-30s, 0s, 30s}) {
    Scene scene;
    scene.enroll_app("alice", kKey);
    const std::string code = scene.code(kKey, ahead);
    CHECK(scene.check("alice", code).outcome == Outcome::app);
    CHECK(scene.check("alice", code).outcome == Outcome::replayed);
    CHECK(scene.check("bob", code).outcome == Outcome::wrong);
  }
  Scene scene;
  scene.enroll_app("alice", kKey);
  for (const auto ahead : {-60s, 60s})
    CHECK(scene.check("alice", scene.code(kKey, ahead)).outcome == Outcome::wrong);
}

TEST(a_used_step_stays_used_when_the_clock_goes_back_an_hour) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  const std::string code = scene.code(kKey);
  CHECK(scene.check("alice", code).outcome == Outcome::app);
  scene.clock.jump_wall(-1h);
  CHECK(scene.check("alice", scene.code(kKey)).outcome == Outcome::replayed);
  scene.clock.jump_wall(1h);
  CHECK(scene.check("alice", code).outcome == Outcome::replayed);
  scene.clock.advance(30s);
  CHECK(scene.check("alice", scene.code(kKey)).outcome == Outcome::app);
}

TEST(each_app_of_a_person_works_with_its_own_parameters) {
  Scene scene;
  scene.enroll_app("alice", kKey, {}, "old");
  scene.enroll_app("alice", kOtherKey, {TotpAlgorithm::sha512, 8}, "new");
  CHECK(scene.check("alice", scene.code(kOtherKey, 0s, {TotpAlgorithm::sha512, 8})).outcome ==
        Outcome::app);
  scene.clock.advance(30s);
  CHECK(scene.check("alice", scene.code(kKey)).outcome == Outcome::app);
}

TEST(a_backup_code_is_right_once_and_says_how_many_are_left) {
  Scene scene;
  scene.enroll_codes("alice", {"AAAAA-AAAAA", "BBBBB-BBBBB"});
  CHECK_EQ(scene.of("alice").backup_codes_left(), 2u);
  const auto used = scene.check("alice", "aaaaaaaaaa");
  CHECK(used.outcome == Outcome::backup);
  CHECK(used.backup_codes_left == 1u);
  CHECK(scene.check("alice", "AAAAA-AAAAA").outcome == Outcome::wrong);
  CHECK(scene.check("bob", "BBBBB-BBBBB").outcome == Outcome::wrong);
  CHECK(scene.check("alice", "BBBBB-BBBBB").backup_codes_left == 0u);
  CHECK(!scene.of("alice").nothing_enrolled());
}

TEST(a_method_that_is_not_allowed_is_never_right_and_spends_nothing) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  CHECK(scene.check("alice", scene.code(kKey), {Method::sms, Method::backup}).outcome ==
        Outcome::wrong);
  CHECK(scene.check("alice", "AAAAA-AAAAA", {Method::sms, Method::totp}).outcome == Outcome::wrong);
  CHECK(scene.check("alice", scene.code(kKey), {Method::totp}).outcome == Outcome::app);
  CHECK(scene.check("alice", "AAAAA-AAAAA", {Method::backup}).outcome == Outcome::backup);
}

TEST(an_answer_that_is_not_real_spends_nothing) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  for (const std::string& answer : {scene.code(kKey), std::string("AAAAA-AAAAA")})
    CHECK(scene.check("alice", answer, kAll, false).outcome == Outcome::wrong);
  CHECK(scene.check("alice", scene.code(kKey)).outcome == Outcome::app);
  CHECK(scene.check("alice", "AAAAA-AAAAA").outcome == Outcome::backup);
}

// The same calls to the store for everybody, or a decoy's answer would take another time.
TEST(reading_and_checking_ask_the_store_the_same_for_everybody) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  std::vector<size_t> calls;
  for (const char* user : {"alice", "nobody"})
    for (const bool real : {true, false}) {
      scene.store.forget_calls();
      scene.check(user, "000000", kAll, real);
      calls.push_back(scene.store.calls().size());
    }
  for (const size_t count : calls) CHECK_EQ(count, calls.front());
}

// All candidates are always computed, or the time of an answer would tell what somebody holds.
TEST(an_answer_costs_the_same_computations_for_everybody) {
  Scene scene;
  for (size_t i = 0; i < kMostApps; ++i)
    scene.enroll_app("alice", i == 0 ? kKey : kOtherKey, {}, "app" + std::to_string(i));
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  const auto record = scene.store.record_of({"alice"});
  REQUIRE(record.ok() && record->backup_codes);
  scene.give_bypass("alice", "7K2XM-Q9RTC", record->backup_codes->parameters);
  scene.enroll_app("bob", kKey);

  const auto check_cost = [&](const std::string& user, const std::string& answer,
                              const Methods& allowed, bool real) {
    computed = {};
    const auto outcome = scene.check(user, answer, allowed, real).outcome;
    // Three steps for each app that anybody may have, and three pairs of steps.
    CHECK_EQ(computed.codes, 9 * kMostApps);
    CHECK_EQ(computed.slow_hashes, answer.size() == 6 ? 0u : 1u);
    return outcome;
  };
  for (const char* user : {"alice", "bob", "nobody"})
    for (const bool real : {true, false})
      for (const auto& allowed : {kAll, Methods{Method::sms}})
        for (const char* answer : {"000000", "AAAAA-AAAAB"})
          CHECK(check_cost(user, answer, allowed, real) == Outcome::wrong);
  for (const bool real : {false, true}) {
    const auto expected = [&](std::string_view right) { return real ? right : Outcome::wrong; };
    CHECK(check_cost("alice", scene.code(kKey), kAll, real) == expected(Outcome::app));
    CHECK(check_cost("alice", "AAAAA-AAAAA", kAll, real) == expected(Outcome::backup));
    CHECK(check_cost("alice", "7K2XM-Q9RTC", kAll, real) == expected(Outcome::bypass));
  }
}

TEST(an_enrolled_number_is_read) {
  Scene scene;
  const auto sealed =
      scene.keys.seal(number_context("alice"), Secret("+353851234567"), scene.random);
  CHECK(scene.store.set_number("alice", *sealed, {}).ok());
  const Factors factors = scene.of("alice");
  REQUIRE(factors.number().has_value());
  CHECK_EQ(factors.number()->e164(), "+353851234567");
  CHECK(!factors.nothing_enrolled());
}

TEST(what_belongs_to_somebody_else_opens_for_nobody) {
  Scene scene;
  const auto sealed = scene.keys.seal(app_context("mallory"), kKey, scene.random);
  CHECK(scene.store.put_app("alice", {"app", *sealed, {}, {}}, {}).ok());
  const Factors factors = scene.of("alice");
  CHECK(!factors.has(Method::totp));
  CHECK(factors.has_beyond_reach(Method::totp));
  CHECK(!factors.trouble().empty());
  CHECK(scene.check("alice", scene.code(kKey)).outcome == Outcome::wrong);
}

TEST(without_the_key_codes_by_message_and_backup_codes_remain) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  const auto record = scene.store.record_of({"alice"});
  REQUIRE(record.ok());
  const auto factors = Factors::of("alice", *record, nullptr);
  CHECK(!factors.has(Method::totp));
  CHECK(factors.has_beyond_reach(Method::totp));
  CHECK(!factors.nothing_enrolled());
  CHECK_EQ(factors.trouble(), "there is no key for the store");
  const auto checked =
      factors.check("AAAAA-AAAAA", scene.clock.wall_now(), kAll, scene.store, true);
  REQUIRE(checked.ok());
  CHECK(Checked(*checked).outcome == Outcome::backup);
}

TEST(a_store_that_fails_is_an_error_and_never_a_right_answer) {
  Scene scene;
  scene.enroll_app("alice", kKey);
  scene.enroll_codes("alice", {"AAAAA-AAAAA"});
  for (const auto call : {StoreCall::enrolment_of, StoreCall::backup_codes}) {
    scene.store.fail(call);
    CHECK(!scene.store.record_of({"alice"}).ok());
  }
  scene.store.mend();
  const Factors factors = scene.of("alice");
  scene.store.fail(StoreCall::use_totp_step);
  CHECK(!factors.check(scene.code(kKey), scene.clock.wall_now(), kAll, scene.store, true).ok());
  scene.store.fail(StoreCall::use_backup_code);
  CHECK(!factors.check("AAAAA-AAAAA", scene.clock.wall_now(), kAll, scene.store, true).ok());
}

TEST(a_bypass_code_is_right_once_whatever_is_allowed) {
  Scene scene;
  scene.give_bypass("alice", "7K2XM-Q9RTC", dummy_backup_parameters());
  CHECK(scene.of("alice").can_answer({}));
  CHECK(!scene.of("alice").nothing_enrolled());
  CHECK(scene.check("alice", "7K2XM-Q9RTD").outcome == Outcome::wrong);
  CHECK(scene.check("bob", "7K2XM-Q9RTC").outcome == Outcome::wrong);
  CHECK(scene.check("alice", "7k2xm q9rtc", {Method::sms}).outcome == Outcome::bypass);
  CHECK(scene.check("alice", "7K2XM-Q9RTC").outcome == Outcome::wrong);
  CHECK(!scene.of("alice").can_answer({}));
}

TEST(a_bypass_code_that_is_older_than_the_backup_codes_is_right) {
  Scene scene;
  scene.give_bypass("alice", "7K2XM-Q9RTC", dummy_backup_parameters());
  scene.enroll_codes("alice", {"AAAAA-22222"});
  CHECK(scene.check("alice", "AAAAA-22222").outcome == Outcome::backup);
  CHECK(scene.check("alice", "7K2XM-Q9RTC").outcome == Outcome::bypass);
}

TEST(a_decoy_spends_no_bypass_code) {
  Scene scene;
  scene.give_bypass("alice", "7K2XM-Q9RTC", dummy_backup_parameters());
  CHECK(scene.check("alice", "7K2XM-Q9RTC", kAll, false).outcome == Outcome::wrong);
  CHECK(scene.check("alice", "7K2XM-Q9RTC").outcome == Outcome::bypass);
}

TEST(a_bypass_code_ends_when_its_time_is_over) {
  Scene scene;
  scene.give_bypass("alice", "7K2XM-Q9RTC", dummy_backup_parameters());
  scene.clock.advance(15min);
  CHECK(scene.check("alice", "7K2XM-Q9RTC").outcome == Outcome::wrong);
}
