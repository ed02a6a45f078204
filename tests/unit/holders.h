// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/key_file.h"
#include "lib/otp/backup_code.h"
#include "lib/otp/totp.h"
#include "lib/session/factors.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

// People who hold an app and backup codes.
namespace sms2fa::test {

inline const Secret kKey("12345678901234567890");
inline constexpr const char* kBackupCode = "7K2XM-Q9RTC";

// tess prefers her app; tom gets texts first and has an app and a backup code too.
struct Holders : Scene {
  Holders() {
    SystemRandom system;
    CHECK(add_key(directory_.path("store.key"), system).ok());
    snapshot.keys = std::make_unique<KeyRing>(directory_.path("store.key"));
    directory->add("tess", "+353872222245", {Method::totp, Method::sms, Method::backup});
    directory->add("tom", "+353872222246");
    for (const std::string user : {"tess", "tom"}) {
      const auto sealed = snapshot.keys->seal(app_context(user), kKey, random);
      REQUIRE(sealed.ok());
      CHECK(memory->put_app(user, {"app", *sealed, {}, clock.wall_now()}, {}).ok());
      const auto parameters = make_backup_parameters(random);
      REQUIRE(parameters.ok());
      const auto hash = hash_backup_code(*parameters, kBackupCode);
      REQUIRE(hash.ok());
      CHECK(memory->replace_backup_codes(user, *parameters, {*hash}, {}).ok());
    }
  }

  std::string app_code() const {
    const auto step = static_cast<uint64_t>(totp_step_at(clock.wall_now()));
    return std::string(hotp(kKey, step, {}).reveal());
  }

 private:
  ScratchDirectory directory_;
};

}  // namespace sms2fa::test
