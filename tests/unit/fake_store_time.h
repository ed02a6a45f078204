// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "lib/base/clock.h"
#include "lib/store/store_time.h"

namespace sms2fa::test {

// All clocks of one machine: they stand still until told to go on. Thread-safe.
class FakeStoreTime final : public TimeSource {
 public:
  Moment now() const override {
    const std::lock_guard lock(mutex_);
    return {boot_id_, boot_ms_, wall_ms_};
  }
  // The same machine's, as the rest of the program sees it.
  const Clock& clock() const { return clock_; }

  void advance(Milliseconds time) { boot_ms_ += time.count(), wall_ms_ += time.count(); }
  void jump_wall(Milliseconds time) { wall_ms_ += time.count(); }
  // The machine was off for so long; its wall clock says that `wall` has passed.
  void reboot(Milliseconds wall) {
    const std::lock_guard lock(mutex_);
    boot_id_ += "+";
    boot_ms_ = 5'000;
    wall_ms_ += wall.count();
  }

 private:
  class AsClock final : public Clock {
   public:
    explicit AsClock(const FakeStoreTime& time) : time_(time) {}
    SteadyTime now() const override { return SteadyTime(Milliseconds(time_.boot_ms_)); }
    WallTime wall_now() const override { return WallTime(Milliseconds(time_.wall_ms_)); }

   private:
    const FakeStoreTime& time_;
  };

  const AsClock clock_{*this};
  mutable std::mutex mutex_;  // of all three at once
  std::string boot_id_ = "boot";
  std::atomic<int64_t> boot_ms_{1'000'000};
  std::atomic<int64_t> wall_ms_{1'750'000'000'000};
};

}  // namespace sms2fa::test
