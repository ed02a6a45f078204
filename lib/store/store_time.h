// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/result.h"

namespace sms2fa {

// What the kernel's clocks say at one moment, in milliseconds.
struct Moment {
  std::string boot_id;  // a name for this run of the kernel
  int64_t boot_ms;      // since boot, sleep included (CLOCK_BOOTTIME): nobody can set it
  int64_t wall_ms;      // calendar time (CLOCK_REALTIME): anybody with the privilege can
};

// The seam for the store's time. Thread-safe.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  virtual Moment now() const = 0;
};

class SystemTimeSource final : public TimeSource {
 public:
  // Reads /proc/sys/kernel/random/boot_id; an error when it cannot. Call it before a sandbox hides
  // /proc.
  static Result<std::unique_ptr<SystemTimeSource>> create();
  Moment now() const override;

 private:
  explicit SystemTimeSource(std::string boot_id) : boot_id_(std::move(boot_id)) {}
  const std::string boot_id_;
};

// Where the store's own time stood at some moment.
struct StoreTime {
  Moment moment;
  int64_t store_ms;
};

// The store's time at `now`, given what was last written down. It never goes backwards. Within one
// boot it runs with boot_ms, whatever the wall clock does. From one boot to the next it goes on by
// what the wall clock has gained since it was last written down; by nothing when the wall clock is
// behind that.
StoreTime advance(const StoreTime& last, const Moment& now);

}  // namespace sms2fa
