// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/store/answers.h"

// How one answer changes what is counted, for every store alike. Times are in milliseconds of the
// store's own time.
namespace sms2fa::answer_rules {

inline constexpr int64_t kDayMs = int64_t{24} * 60 * 60 * 1000;

// The first day of which answers may be less than 365 days old at `now_ms`.
inline int64_t first_day(int64_t now_ms) {
  return now_ms / kDayMs - kYear.count();
}
inline bool is_familiar(int64_t right_ms, int64_t now_ms) {
  return now_ms - right_ms < kFamiliarFor.count() * kDayMs;
}

struct SeriesRow {
  int64_t consecutive = 0;
  int64_t locked_until_ms = 0;
};

struct PersonRow {
  int64_t since_right = 0;
  int64_t consecutive = 0;
  int64_t unproven = 0;
  int64_t untold = 0;
  bool disabled = false;

  // Whether the row says anything.
  bool operator==(const PersonRow&) const = default;
};

// One answer as it was counted.
struct Attempt {
  Series series = Series::strangers;
  int64_t at_ms = 0;
  int64_t chance = 0;   // booked for the year
  bool weak = false;    // counted towards a disabling
  int64_t lock_ms = 0;  // until when it locked its series; 0: it did not
  bool disabling = false;
};

// All that an answer's counting reads.
struct CountingState {
  Series series = Series::unproven;
  SeriesRow row;
  PersonRow person;
  YearlyUse year;

  bool is_locked(int64_t now_ms) const { return row.locked_until_ms > now_ms; }
  UserState state(int64_t now_ms) const;
};

std::chrono::seconds seconds_until(int64_t then_ms, int64_t now_ms);

// Counts an answer as wrong. Precondition: its series is not locked. With `harmless` it neither
// locks nor disables (nobody's). `counted` gets everything but its id and last day.
Attempt count(CountingState& counting, int64_t chance, const LockRules& rules, int64_t now_ms,
              bool harmless, CountedAttempt& counted);

// Takes a wrong answer out of its series again, and out of what the person has not been told.
void take_back(const Attempt& attempt, SeriesRow& row, PersonRow& person);

// What a right answer ends, apart from its series. Returns what the person is to be told.
unsigned end(const Attempt& right, PersonRow& person);

}  // namespace sms2fa::answer_rules
