// SPDX-License-Identifier: Apache-2.0
#include "lib/store/store_time.h"

#include <time.h>

#include <algorithm>
#include <fstream>

namespace sms2fa {

namespace {

constexpr const char* kBootIdPath = "/proc/sys/kernel/random/boot_id";

int64_t milliseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

}  // namespace

Result<std::unique_ptr<SystemTimeSource>> SystemTimeSource::create() {
  std::string boot_id;
  if (!(std::ifstream(kBootIdPath) >> boot_id))
    return make_error(ErrorKind::unavailable,
                      std::string(kBootIdPath) + " cannot be read: is /proc mounted?");
  return std::unique_ptr<SystemTimeSource>(new SystemTimeSource(std::move(boot_id)));
}

Moment SystemTimeSource::now() const {
  return {boot_id_, milliseconds(CLOCK_BOOTTIME), milliseconds(CLOCK_REALTIME)};
}

StoreTime advance(const StoreTime& last, const Moment& now) {
  const Moment& then = last.moment;
  if (now.boot_id != then.boot_id)
    return {now, last.store_ms + std::max<int64_t>(0, now.wall_ms - then.wall_ms)};
  // Processes in different time namespaces, and restored snapshots, may see less than was seen
  // before.
  const int64_t boot_ms = std::max(now.boot_ms, then.boot_ms);
  return {{now.boot_id, boot_ms, now.wall_ms}, last.store_ms + (boot_ms - then.boot_ms)};
}

}  // namespace sms2fa
