// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/phone_number.h"

namespace sms2fa {

// What is known about a number before anything is sent to it.
struct NumberFacts {
  enum class Line { unknown, mobile, landline, voip };

  bool known = false;    // all that was asked; otherwise what was not told stands in nobody's way
  std::string why = {};  // not known: one sentence for the log
  bool valid = true;
  Line line = Line::unknown;
  bool sim_swapped_in_period = false;           // the period is the provider's
  std::optional<WallTime> sim_swapped_at = {};  // the last time, where it is told
  int pumping_risk = 0;                         // 0 to 100
  bool blocked = false;                         // by the provider's fraud guard
};

// Thread-safe; no call throws.
class NumberLookup {
 public:
  virtual ~NumberLookup() = default;
  virtual NumberFacts look_up(const PhoneNumber& number, SteadyTime deadline) = 0;
  // From now on a look-up finds a connection ready, as far as can be. Does not block.
  virtual void keep_warm() {}
};

}  // namespace sms2fa
