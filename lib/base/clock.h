// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sms2fa {

// Seconds since boot or some other fixed point; never jumps. Used for deadlines and lifetimes.
using SteadyTime = std::chrono::steady_clock::time_point;
// Calendar time; may jump. Used for budgets that outlive a restart and for what people read.
using WallTime = std::chrono::system_clock::time_point;
using SteadyDuration = SteadyTime::duration;
using Milliseconds = std::chrono::milliseconds;

// The seam for time: everything that waits or compares times asks one of these. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual WallTime wall_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

}  // namespace sms2fa
