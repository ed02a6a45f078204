// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "lib/base/clock.h"

namespace sms2fa {

// Work that goes on when the attempt that began it has ended: a message that a provider takes its
// time over. Thread-safe.
class Errands {
 public:
  // `most` bounds how many are under way.
  explicit Errands(unsigned most) : most_(most) {}
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;
  // Waits for all of them.
  ~Errands();

  // Runs `errand`, which must not throw, in a thread of its own. False, and nothing runs, when too
  // many are under way or no thread can be had.
  bool run(std::function<void()> errand);

  // Waits for the ends of all, at most `patience`. True when none is left.
  bool finish(Milliseconds patience);

 private:
  const unsigned most_;
  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned under_way_ = 0;
};

}  // namespace sms2fa
