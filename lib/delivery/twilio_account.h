// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/delivery/http.h"

namespace sms2fa {

// Who we are to Twilio, whichever of its services.
struct TwilioAccount {
  std::string sid;
  // The account's own token, or an API key, which wins when there is one.
  Secret auth_token = {};
  std::string api_key_sid = {};
  Secret api_key_secret = {};
};

// The value of the Authorization header. Throws std::bad_alloc.
inline Secret authorization_of(const TwilioAccount& account) {
  return account.api_key_sid.empty()
             ? basic_authorization(account.sid, account.auth_token)
             : basic_authorization(account.api_key_sid, account.api_key_secret);
}

}  // namespace sms2fa
