// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"

namespace sms2fa {

// How often the logs tell that an ordinary user was refused: whoever wants to be refused can be, a
// thousand times a second. Thread-safe; its memory is bounded.
class RefusalLimit {
 public:
  static constexpr unsigned kMost = 10;
  static constexpr std::chrono::seconds kWindow{60};

  // nullopt: this refusal is left out. Else it is told, and so is how many of this uid were left
  // out since the last that was.
  std::optional<unsigned> note(uid_t peer, SteadyTime now);

 private:
  struct Told {
    SteadyTime since;
    unsigned refusals = 0;
    unsigned left_out = 0;
  };

  Mutex mutex_;
  std::map<uid_t, Told> told_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa
