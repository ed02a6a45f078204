// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/clock.h"
#include "lib/base/phone_number.h"
#include "lib/base/secret.h"
#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "lib/directory/directory.h"
#include "lib/session/login_request.h"
#include "lib/store/store.h"

namespace sms2fa {

// How a message that belongs to no challenge fared.
struct PlainSending {
  bool may_arrive = false;
  std::string detail;      // for the log
  std::string why_not;     // for the person
  std::string limit = {};  // the key in [limits] that is why, if one is
};

// Texts, where codes may go too, within the rate limits of number, user, source and host, through a
// provider that takes our words as they are. Blocks until [delivery] deadline at the latest.
PlainSending send_plain(const LoginRequest& request, const Configuration& settings,
                        const Directory& directory, Messenger& messenger, Store& store,
                        const Clock& clock, const PhoneNumber& number, Secret text);

}  // namespace sms2fa
