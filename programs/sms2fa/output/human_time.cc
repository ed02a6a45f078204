// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/human_time.h"

#include <time.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace sms2fa {

namespace {

using std::chrono::ceil;
using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string two_units(int64_t first, const char* name, int64_t second, const char* second_name) {
  std::string text = std::to_string(first) + name;
  if (second > 0) text += " " + std::to_string(second) + second_name;
  return text;
}

// "2026-11-25", `between`, "14:31:05".
std::string date_and_time(const tm& parts, char between) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d%c%02d:%02d:%02d", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, between, parts.tm_hour, parts.tm_min,
                parts.tm_sec);
  return text.data();
}

}  // namespace

std::string in_words(seconds time) {
  if (time < minutes(2)) return std::to_string(time.count()) + " s";
  const minutes whole = ceil<minutes>(time);
  if (whole < hours(1)) return std::to_string(whole.count()) + " min";
  if (whole < days(1))
    return two_units(whole / hours(1), " h", whole % hours(1) / minutes(1), " min");
  const hours round = ceil<hours>(whole);
  return two_units(round / days(1), " d", round % days(1) / hours(1), " h");
}

std::string local_time(WallTime time) {
  const time_t at = std::chrono::system_clock::to_time_t(floor<seconds>(time));
  tm parts{};
  if (localtime_r(&at, &parts) == nullptr) return "?";
  return date_and_time(parts, ' ');
}

std::pair<std::string, std::string> local_day_and_time(WallTime time) {
  const std::string both = local_time(time);
  const size_t blank = both.find(' ');
  if (blank == std::string::npos) return {both, both};
  return {both.substr(0, blank), both.substr(blank + 1)};
}

std::string utc_time(WallTime time) {
  const WallTime whole = floor<seconds>(time);
  const time_t at = std::chrono::system_clock::to_time_t(whole);
  tm parts{};
  if (gmtime_r(&at, &parts) == nullptr) return "";
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ",
                static_cast<int>(duration_cast<Milliseconds>(time - whole).count()) % 1000);
  return date_and_time(parts, 'T') + fraction.data();
}

}  // namespace sms2fa
