// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "lib/base/secret.h"
#include "lib/delivery/login_message.h"

namespace sms2fa {

// How long a phone rings, and how long a call may last at most: a code said twice, slowly.
inline constexpr std::chrono::seconds kRing{30};
inline constexpr std::chrono::seconds kLongestCall{90};

// What a call is to say, as TwiML, which Telnyx's TeXML understands too: the message's body, a
// second of silence, and the body once more. `voice` is one of the provider's; empty: its default.
// Characters that XML 1.0 can't hold become blanks. Throws std::bad_alloc.
// https://www.twilio.com/docs/voice/twiml/say
Secret call_script(const LoginMessage& message, std::string_view voice = {});

}  // namespace sms2fa
