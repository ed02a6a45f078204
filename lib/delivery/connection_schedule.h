// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "lib/base/clock.h"

namespace sms2fa {

// How long connections to a provider are kept, and how often it hears that they are still wanted.
struct ConnectionSchedule {
  Milliseconds round = std::chrono::seconds(30);
  // Below what load balancers wait before they close an idle connection: 60 s is common.
  std::chrono::seconds longest_idle{55};
  // The age at which a warm connection, and with it the host's address, is replaced by a new one.
  std::chrono::seconds oldest{4 * 60};
};

}  // namespace sms2fa
