// SPDX-License-Identifier: Apache-2.0
#include "lib/store/answer_rules.h"

#include <algorithm>

#include "lib/base/clock.h"

namespace sms2fa::answer_rules {

std::chrono::seconds seconds_until(int64_t then_ms, int64_t now_ms) {
  return std::chrono::ceil<std::chrono::seconds>(
      Milliseconds(std::max<int64_t>(0, then_ms - now_ms)));
}

UserState CountingState::state(int64_t now_ms) const {
  return {.series = series,
          .in_series = static_cast<unsigned>(row.consecutive),
          .locked_for = seconds_until(row.locked_until_ms, now_ms),
          .consecutive_failures = static_cast<unsigned>(person.since_right),
          .disabling = static_cast<unsigned>(person.consecutive),
          .unproven = static_cast<unsigned>(person.unproven),
          .disabled = person.disabled,
          .year = year};
}

Attempt count(CountingState& counting, int64_t chance, const LockRules& rules, int64_t now_ms,
              bool harmless, CountedAttempt& counted) {
  PersonRow& person = counting.person;
  counted.accepts = accepted(counting.state(now_ms), chance, rules);
  Attempt attempt{.series = counting.series, .at_ms = now_ms};
  attempt.weak = chance > 0 && counted.accepts == Accepts::any_code;
  attempt.chance = attempt.weak ? chance : 0;
  ++counting.row.consecutive;
  ++person.since_right;
  if (attempt.series != Series::familiar) ++person.untold;
  if (attempt.weak) {
    ++(attempt.series == Series::unproven ? person.unproven : person.consecutive);
    counting.year.chance += attempt.chance;
    if (attempt.series != Series::familiar) ++counting.year.strangers;
    if (attempt.series == Series::unproven) ++counting.year.unproven;
  }
  if (!harmless) {
    counted.locks = counting.row.consecutive % std::max(1u, rules.wrong_before_lockout) == 0;
    if (counted.locks)
      counting.row.locked_until_ms = attempt.lock_ms = now_ms + Milliseconds(rules.lock).count();
    attempt.disabling = attempt.weak && !person.disabled &&
                        person.consecutive >= int64_t{rules.wrong_before_disable};
    person.disabled = person.disabled || attempt.disabling;
  }
  counted.state = counting.state(now_ms);
  if (harmless || !attempt.weak) return attempt;
  const Accepts next = accepted(counted.state, chance, rules);
  counted.disables = next == Accepts::long_codes;
  counted.spends = next == Accepts::two_app_codes;
  return attempt;
}

void take_back(const Attempt& attempt, SeriesRow& row, PersonRow& person) {
  if (attempt.series == Series::familiar) return;
  row.consecutive = std::max<int64_t>(0, row.consecutive - 1);
  if (attempt.lock_ms != 0 && row.locked_until_ms == attempt.lock_ms) row.locked_until_ms = 0;
  person.untold = std::max<int64_t>(0, person.untold - 1);
}

unsigned end(const Attempt& right, PersonRow& person) {
  const int64_t untold = person.untold;
  if (!person.disabled || right.disabling) person = {};
  person.untold = right.series == Series::familiar ? 0 : untold;
  return static_cast<unsigned>(untold);
}

}  // namespace sms2fa::answer_rules
