// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "programs/sms2fa/pam/control.h"
#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

// What the lines so far amount to. "spoiled" is a failure that was "ok": it lets nobody in, but
// ends the stack like a success.
enum class PamMood : uint8_t { undecided, good, spoiled, bad };

// Where an imagined login is in the auth lines of a stack.
struct PamState {
  size_t next = 0;  // the line that is called next; the number of lines: none
  PamMood mood = PamMood::undecided;
  // At the beginning of each substack that it is in, which is what "reset" goes back to.
  std::array<PamMood, kMostSubstacks + 1> before{};

  auto operator<=>(const PamState&) const = default;
};

// At the first line that is a module.
PamState begin(std::span<const PamLine> auth);

// The state after the line `state.next` returned `result`, as libpam 1.5 to 1.7 have it
// (_pam_dispatch_aux).
PamState step(std::span<const PamLine> auth, const PamState& state, PamReturn result);

}  // namespace sms2fa
