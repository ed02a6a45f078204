// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

namespace sms2fa {

// Stands for what somebody holds, as long as nothing about it changes. Random, so that a store that
// is restored from a backup repeats none; zeros before the first change.
using Generation = std::array<unsigned char, 16>;

// What a change was proved against. It is refused when that is not so any more.
struct Proof {
  std::optional<Generation> generation = {};  // nullopt: an administrator's, who needs no proof
  bool unless_locked = false;  // refused too for somebody who is disabled, or where answers
                               // of ordinary users are locked
};

}  // namespace sms2fa
