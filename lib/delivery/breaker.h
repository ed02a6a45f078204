// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/delivery/provider_health.h"
#include "lib/delivery/send_report.h"

namespace sms2fa {

// Whether one provider is in use. After three failures in a row, or one that says when to come back
// (a 429 or a 503 may), it is set aside: for 30 s, twice as long after each message that failed
// when the time was up, and for 10 min at most. Not thread-safe.
class Breaker {
 public:
  explicit Breaker(std::string provider) { health_.provider = std::move(provider); }

  // Whether others come first.
  bool set_aside(SteadyTime now) const { return now < until_; }
  // A message is about to go there. While a message shows whether the provider works again, it
  // stays set aside for all others. True when the state changed.
  bool begins(SteadyTime now, WallTime wall);
  // How it ended. True when the state changed.
  bool ends(const SendReport& report, SteadyTime now, WallTime wall);

  const ProviderHealth& health() const { return health_; }

 private:
  bool enter(Circuit circuit, WallTime wall);

  ProviderHealth health_;
  SteadyTime until_{};
  std::chrono::seconds pause_{0};
};

}  // namespace sms2fa
