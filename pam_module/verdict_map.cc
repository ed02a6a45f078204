// SPDX-License-Identifier: Apache-2.0
#include "pam_module/verdict_map.h"

namespace sms2fa {

int pam_code_of(Outcome outcome) noexcept {
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

}  // namespace sms2fa
