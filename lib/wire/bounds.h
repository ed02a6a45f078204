// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/clock.h"

// What a client grants the daemon: the table "Bounds" of docs/PROTOCOL.md.
namespace sms2fa::wire {

inline constexpr Milliseconds kConnecting{500};
inline constexpr Milliseconds kOneTurn{10'000};
inline constexpr Milliseconds kAllTurns{40'000};
inline constexpr int kMostMessages = 32;

}  // namespace sms2fa::wire
