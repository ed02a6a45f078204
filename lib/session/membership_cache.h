// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "lib/base/clock.h"
#include "lib/rules/decide.h"

namespace sms2fa {

// What name services said of groups a moment ago. Only answers are kept, no failures; whoever
// leaves a group is in it for kKept longer at most. Not thread-safe.
class MembershipCache {
 public:
  static constexpr std::chrono::seconds kKept{30};
  static constexpr size_t kMost = 1024;

  // nullptr: unknown, or too old.
  const Memberships* find(const std::string& key, SteadyTime now) const;
  // When it is full, the oldest goes.
  void keep(const std::string& key, Memberships memberships, SteadyTime now);
  size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    Memberships memberships;
    SteadyTime since;
  };
  std::map<std::string, Kept> kept_;
};

}  // namespace sms2fa
