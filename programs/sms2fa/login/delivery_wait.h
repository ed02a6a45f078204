// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "lib/base/clock.h"
#include "lib/delivery/messenger.h"

namespace sms2fa {

// Waits until the provider's last word about an accepted message, or `until`; then it is unknown.
// nullopt, at once: this provider can't be asked. On standard error, when that is a terminal, a
// line tells how it goes, and is taken away in the end.
std::optional<DeliveryStatus> wait_for_delivery(Messenger& messenger, const SendReport& report,
                                                SteadyTime until);

}  // namespace sms2fa
