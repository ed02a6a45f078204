// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/breaker.h"

#include <algorithm>

namespace sms2fa {

namespace {

using std::chrono::seconds;

constexpr unsigned kFailuresInARow = 3;
constexpr seconds kFirstPause{30};
constexpr seconds kLongestPause{600};
// No message takes longer: [delivery] deadline is at most 9 s.
constexpr seconds kTrial{10};

// Of the provider, not of the number: a landline says nothing about Twilio.
bool is_failure(SendStatus status) {
  switch (status) {
    case SendStatus::ambiguous:
    case SendStatus::credentials:
    case SendStatus::try_elsewhere:
      return true;
    case SendStatus::accepted:
    case SendStatus::number_cannot_sms:
    case SendStatus::number_refused:
    case SendStatus::opted_out:
    case SendStatus::blocked:
    case SendStatus::not_permitted:
      return false;
  }
  return false;
}

}  // namespace

bool Breaker::enter(Circuit circuit, WallTime wall) {
  if (health_.circuit == circuit) return false;
  health_.circuit = circuit;
  health_.since = wall;
  return true;
}

bool Breaker::begins(SteadyTime now, WallTime wall) {
  if (health_.circuit == Circuit::closed || set_aside(now)) return false;
  until_ = now + kTrial;
  return enter(Circuit::half_open, wall);
}

bool Breaker::ends(const SendReport& report, SteadyTime now, WallTime wall) {
  if (!is_failure(report.status)) {
    health_.failures = 0;
    pause_ = seconds(0);
    until_ = SteadyTime();
    return enter(Circuit::closed, wall);
  }
  ++health_.failures;
  const bool told_when = report.retry_after.has_value();
  if (health_.failures < kFailuresInARow && !told_when && health_.circuit == Circuit::closed)
    return false;
  // A failure of a message that was under way when this was set aside already: no longer for it.
  if (health_.circuit == Circuit::open && set_aside(now) && !told_when) return false;
  pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  if (told_when) pause_ = std::clamp(*report.retry_after, seconds(1), kLongestPause);
  until_ = now + pause_;
  return enter(Circuit::open, wall);
}

}  // namespace sms2fa
