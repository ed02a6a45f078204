// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "programs/wiring/provider_types.h"
#include "programs/wiring/providers/provider.h"

namespace {

using namespace sms2fa;

class MachineClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace

// run FILE: what is wrong with a configuration, or its number of toys and what its first provider
// says of a message.
int main(int, char** words) {
  const auto read = read_configuration(words[1]);
  if (!read) {
    std::fprintf(stderr, "%s\n", read.error().message.c_str());
    return 1;
  }
  const MachineClock clock;
  const auto& options = *read->delivery.providers[0].options;
  const auto gateway = static_cast<const Provider&>(options).make(nullptr, clock);
  if (!gateway) return 1;
  const LoginMessage message{.to = *PhoneNumber::parse_international("+353851234567"),
                             .body = Secret("493817"),
                             .validity = std::chrono::minutes(5)};
  const auto report = (*gateway)->send(message, SteadyTime::max());
  std::printf("%u toys\n%s: %s\n", read->code.toys, report.provider.c_str(), report.detail.c_str());
  return 0;
}
