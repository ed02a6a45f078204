// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace sms2fa {

// What becomes of people who have neither a number nor anything enrolled.
enum class Unenrolled { deny, allow, countdown };

// Who may enroll themselves without an administrator at their side, as far as they hold nothing.
enum class SelfEnrolment { no, invited, yes };

enum class NumberChange { refuse, wait };

// [enroll]
struct EnrollSettings {
  SelfEnrolment self = SelfEnrolment::invited;
  // A person's own change of an enrolled number; an administrator's is at once.
  NumberChange number_change = NumberChange::refuse;
  std::chrono::seconds number_change_delay = std::chrono::hours(24);
};

}  // namespace sms2fa
