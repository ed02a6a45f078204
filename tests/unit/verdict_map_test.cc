// SPDX-License-Identifier: Apache-2.0
#include "pam_module/verdict_map.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// The names, so that an outcome added later is missed here by the compiler.
int expected(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return PAM_SUCCESS;
    case Outcome::denied:
    case Outcome::request_unusable:
      return PAM_AUTH_ERR;
    case Outcome::unavailable:
    case Outcome::daemon_unreachable:
    case Outcome::daemon_untrusted:
    case Outcome::protocol_violation:
      return PAM_AUTHINFO_UNAVAIL;
    case Outcome::conversation_failed:
      return PAM_CONV_ERR;
  }
  return PAM_AUTH_ERR;
}

}  // namespace

TEST(every_outcome_has_its_code) {
  for (int i = 0; i <= static_cast<int>(Outcome::conversation_failed); ++i)
    CHECK_EQ(pam_code_of(static_cast<Outcome>(i)), expected(static_cast<Outcome>(i)));
}

TEST(only_acceptance_succeeds_and_nothing_is_ignored) {
  for (int i = -1000; i <= 1000; ++i) {
    const int code = pam_code_of(static_cast<Outcome>(i));
    CHECK_EQ(code == PAM_SUCCESS, i == static_cast<int>(Outcome::accepted));
    CHECK(code != PAM_IGNORE && code != PAM_MAXTRIES);
  }
}

TEST(an_ending_that_nobody_filled_in_is_a_denial) {
  CHECK(pam_code_of(RelayOutcome().outcome) != PAM_SUCCESS);
}
