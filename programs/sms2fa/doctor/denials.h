// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace sms2fa {

// Something that AppArmor has kept the daemon from.
struct Denial {
  WallTime at;
  std::string path;
  bool writes = false;
};

// From a line of the kernel's log or auditd's; nullopt when it tells of something else, or of a
// path that no command can be written with.
std::optional<Denial> read_denial(std::string_view line);

// The newest of the last day that is no older than the profile's local rules. `text`: only of a
// path that it names; empty: any. nullopt too where the logs can't be read.
std::optional<Denial> find_denial(std::string_view text);

// "AppArmor forbids it, says the kernel's log; allow it: COMMAND", with the time and the path.
std::string how_to_allow(const Denial& denial);

}  // namespace sms2fa
