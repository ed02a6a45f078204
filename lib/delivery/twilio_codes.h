// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/delivery/send_report.h"

namespace sms2fa {

// What Twilio's error codes mean for us, by the API that gave them; nullopt for those that the
// tables don't know. https://www.twilio.com/docs/api/errors
std::optional<SendStatus> class_of_twilio_message_error(std::optional<int> code);
std::optional<SendStatus> class_of_twilio_call_error(std::optional<int> code);
std::optional<SendStatus> class_of_twilio_verify_error(std::optional<int> code);

}  // namespace sms2fa
