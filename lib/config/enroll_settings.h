// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sms2fa {

// What becomes of people who have neither a number nor anything enrolled.
enum class Unenrolled { deny, pass };

enum class NumberChange { refuse, wait };

// [enroll]
struct EnrollSettings {
  // A person's own change of an enrolled number; an administrator's is at once.
  NumberChange number_change = NumberChange::refuse;
  std::chrono::seconds wait = std::chrono::hours(24);
};

}  // namespace sms2fa
