// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "lib/base/key_file.h"
#include "lib/otp/backup_code.h"
#include "lib/otp/base32.h"
#include "lib/otp/totp.h"
#include "lib/session/enroll.h"
#include "lib/session/factors.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

namespace sms2fa::test {

// Nobody has a record: what people hold, they enroll.
class EnrolmentMachine {
 public:
  EnrolmentMachine() {
    SystemRandom random;
    CHECK(add_key(directory.path("store.key"), random).ok());
    snapshot = std::make_shared<Snapshot>();
    snapshot->directory.reset(people = new FakeDirectory);
    snapshot->messenger.reset(messenger = new FakeMessenger(scene.clock));
    snapshot->host = "web01";
    snapshot->configuration.enroll.self = SelfEnrolment::yes;
    snapshot->is_persons_account = [](const std::string&) -> Result<bool> { return true; };
    snapshot->keys = std::make_unique<KeyRing>(directory.path("store.key"));
    snapshot->read_number = [](std::string_view text, EnrolledBy by) -> Result<PhoneNumber> {
      if (by == EnrolledBy::the_person && text.starts_with("+33"))
        return make_error(ErrorKind::refused, "its country gets no codes");
      if (auto number = PhoneNumber::parse_international(text)) return *number;
      return make_error(ErrorKind::configuration, "it lacks its country");
    };
  }

  AuditEvent enroll(ScriptedConversation& person, EnrolledBy by = EnrolledBy::the_person,
                    const std::string& user = "dora") {
    LoginRequest request = Scene::login(user, "sms2fa-enroll", "");
    request.enrolls = true;
    return sms2fa::enroll(request, by, snapshot, scene.services, person);
  }

  Factors factors(const std::string& user = "dora") {
    const auto record = scene.memory->record_of({user});
    REQUIRE(record.ok());
    return Factors::of(user, *record, snapshot->keys.get());
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
  std::string app_code(const ScriptedConversation& person,
                       std::chrono::seconds ahead = std::chrono::seconds(0)) const {
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

  // Returns the word, good for a day.
  std::string invites(const std::string& user) {
    SystemRandom random;
    const auto words = make_backup_codes(random);
    const auto parameters = make_backup_parameters(random);
    REQUIRE(words.ok() && parameters.ok());
    const auto hash = hash_backup_code(*parameters, words->front().reveal());
    REQUIRE(hash.ok());
    CHECK(scene.memory->invite(user, *parameters, *hash, std::chrono::hours(24)).ok());
    return std::string(words->front().reveal());
  }

  // Number and codes, no app.
  void has_number(const std::string& number = "+353850000001", const std::string& user = "dora") {
    SystemRandom random;
    const auto sealed = snapshot->keys->seal(number_context(user), Secret(number), random);
    REQUIRE(sealed.ok());
    CHECK(scene.memory->set_number(user, *sealed, {}).ok());
  }

  const ScratchDirectory directory;
  Scene scene;
  std::shared_ptr<Snapshot> snapshot;
  FakeMessenger* messenger;
  FakeDirectory* people;
};

inline std::string reason(const AuditEvent& event) {
  return std::string(to_string(event.verdict)) + " " + to_string(event.reason);
}

}  // namespace sms2fa::test
