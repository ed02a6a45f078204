// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace sms2fa {

// Wrong answers are counted apart for each source from which the person gave a right answer in the
// last 30 days, of which the 16 used last are kept, and for all others together, those who had
// proved something before and those who had not.
enum class Series { familiar, strangers, unproven };
inline constexpr std::chrono::days kFamiliarFor{30};
inline constexpr int64_t kMostFamiliar = 16;

// Chances, in millionths of a millionth. Those of a year's wrong answers add up to at most
// kYearlyChance.
inline constexpr int64_t kCertain = 1'000'000'000'000;
inline constexpr int64_t kYearlyChance = kCertain / 1000;
inline constexpr std::chrono::days kYear{365};
inline constexpr unsigned kMostByStrangers = 99;

inline const char* to_string(Series series) {
  switch (series) {
    case Series::familiar:
      return "familiar";
    case Series::strangers:
      return "strangers";
    case Series::unproven:
      return "unproven";
  }
  return "unproven";
}

struct LockRules {
  unsigned wrong_before_lockout;
  std::chrono::seconds lock;
  unsigned wrong_before_disable;
};

// Wrong answers of the last 365 days, but those that the same connection followed with a right one.
struct YearlyUse {
  int64_t chance = 0;
  unsigned strangers = 0;  // proven or not
  unsigned unproven = 0;   // the part of those who had proved nothing
};

struct UserState {
  Series series = Series::unproven;    // that an answer of this origin would be counted in
  unsigned in_series = 0;              // wrong answers in a row there
  std::chrono::seconds locked_for{0};  // that series; 0: not locked
  unsigned consecutive_failures = 0;   // since the last right answer, wherever they came from
  unsigned disabling = 0;              // those that bring a disabling nearer
  unsigned unproven = 0;               // those of strangers who had proved nothing
  bool disabled = false;               // until an administrator unlocks
  YearlyUse year = {};
};

// What an answer may be compared with.
enum class Accepts {
  any_code,
  two_app_codes,  // two of an app in a row, or a long code: the year's share is spent
  long_codes,     // backup and bypass codes only: too many wrong answers in a row
};
// How many wrong answers of a chance each a series has in a year. Strangers have kMostByStrangers,
// but at most half of all; those of them who have proved nothing have half of that.
inline unsigned share_of(Series series, int64_t chance) {
  const int64_t all = kYearlyChance / std::max<int64_t>(1, chance);
  const auto strangers = static_cast<unsigned>(std::min<int64_t>(kMostByStrangers, all / 2));
  switch (series) {
    case Series::familiar:
      return static_cast<unsigned>(std::min<int64_t>(all, UINT32_MAX));
    case Series::strangers:
      return strangers;
    case Series::unproven:
      return strangers / 2;
  }
  return 0;
}

// `chance` is that of one answer; 0 for one that can let nobody in (an enrolment's): that is always
// compared. Strangers leave the last wrong_before_lockout answers in a row, but at most half, to
// familiar sources.
inline Accepts accepted(const UserState& state, int64_t chance, const LockRules& rules) {
  if (chance == 0) return Accepts::any_code;
  if (state.disabled) return Accepts::long_codes;
  const unsigned most = rules.wrong_before_disable;
  const unsigned kept = std::min(rules.wrong_before_lockout, most / 2);
  bool spent = state.year.chance > kYearlyChance - chance;
  switch (state.series) {
    case Series::familiar:
      break;
    case Series::strangers:
      if (state.disabling >= most - kept) return Accepts::long_codes;
      spent = spent || state.year.strangers >= share_of(Series::strangers, chance);
      break;
    case Series::unproven:
      if (state.unproven >= most) return Accepts::long_codes;
      spent = spent || state.year.strangers >= share_of(Series::strangers, chance) ||
              state.year.unproven >= share_of(Series::unproven, chance);
      break;
  }
  return spent ? Accepts::two_app_codes : Accepts::any_code;
}

}  // namespace sms2fa
