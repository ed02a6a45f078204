// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/delivery/send_report.h"

namespace sms2fa {

// How recent messages fared. A decoy sends nothing, but takes as long, and ends, as one of these
// did, so that a guesser can't tell who is on record. Thread-safe.
class DeliveryHistory {
 public:
  struct Sample {
    SteadyDuration took;
    SendStatus status;
    bool may_have_been_sent = false;
    SteadyTime at{};
    Medium medium = Medium::sms;
    bool provider_checks = false;
  };

  // Ends that say something about one number only are left out: whoever knows such a number could
  // otherwise make every decoy fail, and no real attempt.
  void remember(const Sample& sample);
  // One of the samples of this medium in the last ten minutes; without any, one of the accepted
  // ones, for an old outage is over; without those, an accepted send of 150 to 450 ms.
  Result<Sample> draw(Random& random, SteadyTime now, Medium medium = Medium::sms) const;

 private:
  mutable Mutex mutex_;
  std::deque<Sample> recent_ GUARDED_BY(mutex_);
};

// The two digits that a decoy shows for `user`: the same at every attempt, unpredictable without
// `key`. Throws std::bad_alloc.
std::string decoy_digits(const std::array<unsigned char, 32>& key, std::string_view user);

}  // namespace sms2fa
