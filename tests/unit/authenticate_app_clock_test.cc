// SPDX-License-Identifier: Apache-2.0
// Apps on phones whose clocks are wrong.
#include "lib/session/authenticate.h"
#include "tests/unit/holders.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(an_app_whose_clock_is_known_to_be_wrong_is_met_at_its_own_time) {
  for (const int skew : {-20, 20}) {
    Holders scene;
    const auto sealed = scene.snapshot.keys->seal(app_context("tom"), kKey, scene.random);
    REQUIRE(sealed.ok());
    CHECK(scene.memory->put_app("tom", {"app", *sealed, {.skew = skew}, scene.clock.wall_now()}, {})
              .ok());
    const auto code = [&scene](int steps) {
      const auto step = totp_step_at(scene.clock.wall_now()) + steps;
      return std::string(hotp(kKey, static_cast<uint64_t>(step), {}).reveal());
    };
    // Three steps are tried, as ever: no more than without it.
    for (const int wrong : {skew - 2, skew + 2}) {
      auto person = scene.person().types([&] { return code(wrong); });
      CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::denied);
    }
    auto person = scene.person().types([&] { return code(skew + 1); });
    CHECK_EQ(scene.attempt(person, Scene::login("tom")).verdict, AuditVerdict::accepted);
  }
}
