// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/delivery/send_report.h"

namespace sms2fa {

// What Telnyx's error codes mean for us; nullopt for those that the table doesn't know.
// https://developers.telnyx.com/docs/overview/errors
std::optional<SendStatus> class_of_telnyx_error(std::optional<int> code);

}  // namespace sms2fa
