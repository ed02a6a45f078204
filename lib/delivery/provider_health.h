// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace sms2fa {

enum class Circuit {
  closed,    // in use
  open,      // set aside: the others are asked first
  half_open  // its time is up: the next message shows whether it works again
};

constexpr std::string_view to_string(Circuit circuit) {
  switch (circuit) {
    case Circuit::closed:
      return "closed";
    case Circuit::open:
      return "open";
    case Circuit::half_open:
      return "half-open";
  }
  return "open";
}

// How a provider fares.
struct ProviderHealth {
  std::string provider = {};  // its name in the configuration
  Circuit circuit = Circuit::closed;
  unsigned failures = 0;  // in a row
  WallTime since{};       // when it came into this state
};

// Told each change of state, in the thread of whoever sent the message. Must not throw.
using ProviderObserver = std::function<void(const ProviderHealth&)>;

}  // namespace sms2fa
