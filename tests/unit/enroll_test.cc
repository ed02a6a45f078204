// SPDX-License-Identifier: Apache-2.0
#include "lib/session/enroll.h"

#include <algorithm>

#include "lib/base/key_file.h"
#include "lib/otp/base32.h"
#include "lib/otp/totp.h"
#include "lib/session/factors.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

// Nobody has a record: what people hold, they enroll.
class Machine {
 public:
  Machine() {
    SystemRandom random;
    CHECK(add_key(directory.path("store.key"), random).ok());
    setup = std::make_shared<Setup>();
    setup->directory.reset(people = new FakeDirectory);
    setup->messenger.reset(messenger = new FakeMessenger(scene.clock));
    setup->host = "web01";
    setup->keys = std::make_unique<KeyRing>(directory.path("store.key"));
    setup->read_number = [](std::string_view text) -> Result<PhoneNumber> {
      if (auto number = PhoneNumber::parse_international(text)) return *number;
      return make_error(ErrorKind::configuration, "it lacks its country");
    };
  }

  AuditEvent enroll(ScriptedConversation& person, EnrolledBy by = EnrolledBy::the_person,
                    const std::string& user = "dora") {
    LoginRequest request = Scene::login(user, "sms2fa-enroll", "");
    request.enrolls = true;
    return sms2fa::enroll(request, by, setup, scene.around, person);
  }

  Factors factors(const std::string& user = "dora") {
    const auto record = scene.memory->record_of(user);
    REQUIRE(record.ok());
    return Factors::of(user, *record, setup->keys.get());
  }

  std::string texted() const {
    const auto texts = messenger->texts();
    REQUIRE(!texts.empty());
    const std::string& body = texts.back().body;
    const size_t end = body.find(" is your code");
    REQUIRE(end != std::string::npos);
    return body.substr(end - 6, 6);
  }

  // What the app makes of the key that was shown for typing.
  std::string app_code(const ScriptedConversation& person, std::chrono::seconds ahead = 0s) const {
    const auto notices = person.notices();
    const auto shown = std::find_if(notices.rbegin(), notices.rend(), [](const auto& line) {
      return line.find("type the key:") != std::string::npos;
    });
    REQUIRE(shown != notices.rend());
    const auto key = base32_decode(shown->substr(shown->find("key:") + 4));
    REQUIRE(key.has_value());
    const auto step = totp_step_at(scene.clock.wall_now() + ahead);
    return std::string(hotp(*key, static_cast<uint64_t>(step), {}).reveal());
  }

  // Number and codes, no app.
  void has_number(const std::string& number = "+353850000001", const std::string& user = "dora") {
    SystemRandom random;
    const auto sealed = setup->keys->seal(number_context(user), Secret(number), random);
    REQUIRE(sealed.ok());
    CHECK(scene.memory->set_number(user, *sealed).ok());
  }

  const ScratchDirectory directory;
  Scene scene;
  std::shared_ptr<Setup> setup;
  FakeMessenger* messenger;
  FakeDirectory* people;
};

std::string reason(const AuditEvent& event) {
  return std::string(to_string(event.verdict)) + " " + to_string(event.reason);
}

}  // namespace

TEST(a_newcomer_enrolls_phone_app_and_codes_in_one_go) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353 85 123 4567")
      .types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(person); })
      .types("");
  const AuditEvent event = machine.enroll(person);
  CHECK_EQ(reason(event), "accepted enrolled");
  const Factors factors = machine.factors();
  REQUIRE(factors.number().has_value());
  CHECK_EQ(factors.number()->e164(), "+353851234567");
  CHECK(factors.has_app());
  CHECK_EQ(factors.backup_codes_left(), 10u);
  CHECK_EQ(machine.messenger->count(), 1u);
}

TEST(a_backup_code_that_was_shown_works_and_the_apps_first_code_is_used) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("").types("").types([&] { return machine.app_code(person); }).types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  const auto notices = person.notices();
  const auto line = std::find_if(notices.begin(), notices.end(), [](const auto& text) {
    return text.size() == 30 && text.starts_with("    ");
  });
  REQUIRE(line != notices.end());
  const Methods all = {Method::totp, Method::backup};
  const Factors factors = machine.factors();
  const WallTime now = machine.scene.clock.wall_now();
  const auto code = factors.check(line->substr(4, 11), now, all, *machine.scene.memory, true);
  CHECK(code->outcome == FactorCheck::Outcome::backup);
  const auto replay =
      factors.check(machine.app_code(person), now, all, *machine.scene.memory, true);
  CHECK(replay->outcome == FactorCheck::Outcome::replayed);
}

TEST(a_number_counts_only_after_its_code) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("+353851234567").types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(person)), "denied no-tries-left");
  CHECK(machine.factors().nothing_enrolled());
  CHECK_EQ(machine.scene.failures_of("dora"), 3);
}

TEST(whoever_leaves_in_the_middle_has_what_a_code_confirmed_and_nothing_else) {
  for (int answers = 0; answers < 5; ++answers) {
    Machine machine;
    auto person = machine.scene.person();
    if (answers > 0) person.types("+353851234567");
    if (answers > 1) person.types([&] { return machine.texted(); });
    if (answers > 2) person.types("y");
    if (answers > 3) person.types([&] { return machine.app_code(person); });
    CHECK_EQ(reason(machine.enroll(person)), "denied client-gone");
    const Factors factors = machine.factors();
    CHECK_EQ(factors.number().has_value(), answers > 1);
    CHECK_EQ(factors.has_app(), answers > 3);
    CHECK_EQ(factors.backup_codes_left(), 0u);
  }
}

TEST(an_app_counts_only_after_its_code) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("").types("y").types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(person)), "denied not-enrolled");
  CHECK_EQ(person.prompt(2), "Enter the code that the app shows: ");
  CHECK_EQ(person.prompt(3),
           "Not that one; is the phone's clock right? Enter the code that the app shows: ");
  CHECK(!machine.factors().has_app());
  CHECK_EQ(machine.scene.failures_of("dora"), 3);
}

TEST(whoever_holds_something_proves_it_first) {
  Machine machine;
  machine.has_number();
  auto thief = machine.scene.person();
  thief.types("000000x").types("000000x").types("000000x");
  CHECK_EQ(reason(machine.enroll(thief)), "denied no-tries-left");
  CHECK(thief.notices().front().find("First show") == 0);
  CHECK(!machine.factors().has_app());

  machine.scene.clock.advance(2min);
  auto owner = machine.scene.person();
  owner.types([&] { return machine.texted(); })
      .types("y")
      .types([&] { return machine.app_code(owner); })
      .types("");
  CHECK_EQ(reason(machine.enroll(owner)), "accepted enrolled");
  CHECK(machine.factors().has_app());
}

TEST(root_proves_nothing_and_changes_a_number_at_once) {
  Machine machine;
  machine.has_number();
  auto root = machine.scene.person();
  root.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(root, EnrolledBy::root)), "accepted enrolled");
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
}

TEST(an_enrolled_number_stays_unless_the_configuration_says_wait) {
  Machine machine;
  machine.has_number();
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  CHECK(std::ranges::any_of(person.notices(), [](const auto& text) {
    return text.find("Only an administrator can change that") != std::string::npos;
  }));
}

TEST(a_change_of_number_waits_and_the_old_number_is_told) {
  Machine machine;
  machine.has_number();
  machine.setup->configuration.enroll.number_change = NumberChange::wait;
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types("+353851234567")
      .types([&] { return machine.texted(); })
      .types("n")
      .types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  const auto texts = machine.messenger->texts();
  REQUIRE(texts.size() == 3);
  CHECK_EQ(texts[0].to, "+353850000001");
  CHECK_EQ(texts[1].to, "+353851234567");
  CHECK_EQ(texts[2].to, "+353850000001");
  CHECK(texts[2].body.find("in 24 h your login codes will go to another phone") !=
        std::string::npos);
  CHECK(texts[2].body.size() <= 160);
  CHECK_EQ(machine.factors().number()->e164(), "+353850000001");
  machine.scene.clock.advance(24h);
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
}

TEST(without_a_notice_to_the_old_number_there_is_no_change) {
  Machine machine;
  machine.has_number();
  machine.setup->configuration.enroll.number_change = NumberChange::wait;
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); })
      .types("+353851234567")
      .types([&] {
        machine.messenger->always(SendStatus::try_elsewhere);
        return machine.texted();
      })
      .types("n")
      .types("");
  (void)machine.enroll(person);
  machine.scene.clock.advance(48h);
  CHECK_EQ(machine.factors().number()->e164(), "+353850000001");
}

TEST(a_number_of_the_administrators_cannot_be_changed_here) {
  Machine machine;
  machine.people->add("dora", "+353850000009");
  auto person = machine.scene.person();
  person.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(person)), "accepted enrolled");
  CHECK(!machine.factors().number().has_value());
}

TEST(a_number_that_cannot_be_read_is_asked_for_again) {
  Machine machine;
  auto person = machine.scene.person();
  person.types("085 123 4567").types("+353851234567").types([&] { return machine.texted(); });
  (void)machine.enroll(person);
  CHECK(machine.factors().number().has_value());
  CHECK(std::ranges::any_of(person.notices(), [](const auto& text) {
    return text == "Not a usable number: it lacks its country.";
  }));
}

TEST(enrolling_again_changes_nothing_that_is_not_asked_for) {
  Machine machine;
  auto first = machine.scene.person();
  first.types("+353851234567").types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(first)), "accepted enrolled");
  machine.scene.clock.advance(2min);
  auto again = machine.scene.person();
  again.types([&] { return machine.texted(); }).types("n").types("");
  CHECK_EQ(reason(machine.enroll(again)), "accepted enrolled");
  CHECK_EQ(machine.factors().number()->e164(), "+353851234567");
  CHECK_EQ(machine.factors().backup_codes_left(), 10u);
}

TEST(messages_for_enrolments_are_taken_from_the_same_budgets) {
  Machine machine;
  machine.setup->configuration.limits.sends_per_number = {1, 10min};
  auto first = machine.scene.person();
  first.types("+353851234567");
  (void)machine.enroll(first);
  auto second = machine.scene.person();
  second.types("+353851234567").types("n");
  CHECK_EQ(reason(machine.enroll(second)), "denied not-enrolled");
  CHECK_EQ(machine.messenger->count(), 1u);
}

TEST(without_a_key_for_the_store_nothing_is_asked_for) {
  Machine machine;
  machine.setup->keys = std::make_unique<KeyRing>(machine.directory.path("none"));
  auto person = machine.scene.person();
  CHECK_EQ(reason(machine.enroll(person)), "denied not-enrolled");
  CHECK(person.prompts().empty());
}

TEST(a_store_that_fails_at_any_call_keeps_nothing_and_is_unavailable) {
  for (const auto call : {StoreCall::state_of, StoreCall::enrolment_of, StoreCall::count_attempt,
                          StoreCall::commit_outcome, StoreCall::set_number}) {
    Machine machine;
    machine.scene.store.fail(call);
    auto person = machine.scene.person();
    person.types("+353851234567").types([&] { return machine.texted(); });
    CHECK_EQ(reason(machine.enroll(person)), "unavailable store-failed");
    machine.scene.store.mend();
    CHECK(machine.factors().nothing_enrolled());
  }
}
