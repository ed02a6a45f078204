// SPDX-License-Identifier: Apache-2.0
// The toy factor at a login, and in a state file.
#include "lib/base/key_file.h"
#include "lib/otp/totp.h"
#include "lib/session/factors.h"
#include "lib/store/sqlite_store.h"
#include "lib/store/store_time.h"
#include "tests/support/scene.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

const Secret kKey("12345678901234567890");

// tina has the toy, and a number.
struct Tina : Scene {
  Tina() {
    CHECK(add_key(place.path("store.key"), system).ok());
    snapshot.keys = std::make_unique<KeyRing>(place.path("store.key"));
    directory->add("tina", "+353872222247", {Method::toy, Method::sms});
    const auto sealed = snapshot.keys->seal(app_context("tina"), kKey, system);
    REQUIRE(sealed.ok());
    token = {"toy", *sealed, {}, clock.wall_now(), true};
    CHECK(memory->put_app("tina", token, {}).ok());
  }

  AuditEvent log_in(uint64_t counter) {
    auto tina = person().types(std::string(hotp(kKey, counter, {}).reveal()));
    return attempt(tina, login("tina"));
  }

  ScratchDirectory place;
  SystemRandom system;
  EnrolledApp token;
};

}  // namespace

TEST(somebody_logs_in_with_the_toy_and_with_no_code_twice) {
  Tina scene;
  const AuditEvent event = scene.log_in(3);
  CHECK_EQ(event.verdict, AuditVerdict::accepted);
  CHECK_EQ(event.method, "toy");
  for (const uint64_t used : {3, 2}) CHECK_EQ(scene.log_in(used).verdict, AuditVerdict::denied);
  CHECK_EQ(scene.log_in(4).verdict, AuditVerdict::accepted);
  CHECK_EQ(scene.messenger->count(), 0u);
}

TEST(the_toy_is_kept) {
  Tina scene;
  const auto time = SystemTimeSource::create();
  REQUIRE(time.ok());
  const auto store =
      SqliteStore::open(scene.place.path("state.db"), Missing::create, scene.system, **time);
  REQUIRE(store.ok());
  CHECK((*store)->put_app("tina", scene.token, {}).ok());
  const auto kept = (*store)->enrolment_of("tina");
  REQUIRE(kept.ok() && kept->apps.size() == 1);
  CHECK(kept->apps[0].counts);
}
