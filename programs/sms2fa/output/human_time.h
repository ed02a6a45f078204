// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "lib/base/clock.h"

// Times as people read them.
namespace sms2fa {

// "40 s", "12 min", "3 h 5 min", "2 d 4 h": rounded up at the second unit, so that whoever waits as
// long does not come early.
std::string in_words(std::chrono::seconds time);

// "2026-11-25 14:31:05", by the machine's time zone.
std::string local_time(WallTime time);
// The same, as a day and a time of the day.
std::pair<std::string, std::string> local_day_and_time(WallTime time);
// "2026-11-25T14:31:05.123Z" (RFC 3339), for machines.
std::string utc_time(WallTime time);

}  // namespace sms2fa
