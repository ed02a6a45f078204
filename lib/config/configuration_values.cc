// SPDX-License-Identifier: Apache-2.0
#include "lib/config/configuration_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"

namespace sms2fa {

namespace {

using std::chrono::seconds;

constexpr unsigned kMostInRate = 100000;
constexpr seconds kShortestWindow{1};
constexpr seconds kLongestWindow = std::chrono::days(30);
constexpr size_t kLongestName = 32;

struct Unit {
  char letter;
  unsigned in_seconds;
};
// The largest first.
constexpr std::array<Unit, 4> kUnits = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};

// Digits only: no sign, no blank.
std::optional<unsigned> number_from(std::string_view text) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

std::optional<seconds> duration_from(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto number = number_from(text.substr(0, text.size() - 1));
  for (const auto& unit : kUnits)
    if (number && text.back() == unit.letter) return seconds(int64_t{*number} * unit.in_seconds);
  return std::nullopt;
}

bool is_between(char c, char first, char last) {
  return c >= first && c <= last;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_between(c, '!', '~'); });
}

}  // namespace

std::string take_count(std::string_view text, unsigned least, unsigned most, unsigned& out) {
  const auto number = number_from(text);
  if (!number || *number < least || *number > most)
    return "must be a number from " + std::to_string(least) + " to " + std::to_string(most);
  out = *number;
  return {};
}

std::string write_duration(seconds duration) {
  for (const auto& unit : kUnits)
    if (duration.count() % unit.in_seconds == 0)
      return std::to_string(duration.count() / unit.in_seconds) + unit.letter;
  return {};
}

std::string take_duration(std::string_view text, seconds least, seconds most, seconds& out) {
  const auto duration = duration_from(text);
  if (!duration || *duration < least || *duration > most)
    return "must be a time from " + write_duration(least) + " to " + write_duration(most) +
           " in s, m, h or d, such as 30s";
  out = *duration;
  return {};
}

std::string take_day(std::string_view text, std::optional<std::chrono::sys_days>& out) {
  constexpr const char* kWhatItMustBe = "must be a day such as 2027-03-01";
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return kWhatItMustBe;
  const auto year = number_from(text.substr(0, 4));
  const auto month = number_from(text.substr(5, 2));
  const auto day = number_from(text.substr(8));
  if (!year || !month || !day) return kWhatItMustBe;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return kWhatItMustBe;
  out = date;
  return {};
}

std::string take_rate(std::string_view text, Rate& out) {
  const size_t slash = text.find('/');
  const auto count = number_from(text.substr(0, slash));
  const auto window =
      slash == std::string_view::npos ? std::nullopt : duration_from(text.substr(slash + 1));
  if (!count || !window || *count == 0 || *count > kMostInRate || *window < kShortestWindow ||
      *window > kLongestWindow)
    return "must be a count of 1 to 100000 in a time of up to 30d, such as 6/10m";
  out = {*count, *window};
  return {};
}

std::string take_flag(std::string_view text, bool& out) {
  constexpr std::pair<std::string_view, bool> kFlags[] = {{"yes", true}, {"no", false}};
  return take_choice(text, kFlags, out);
}

std::string take_path(std::string_view text, std::string& out) {
  const std::string path = std::string(text) + "/";
  const bool climbs =
      path.find("/./") != std::string::npos || path.find("/../") != std::string::npos;
  if (!text.starts_with('/') || climbs) return "must be an absolute path, without . and .. in it";
  out = text;
  return {};
}

std::string take_token(std::string_view text, std::string& out) {
  if (!is_token(text)) return "must be printable ASCII without blanks";
  out = text;
  return {};
}

std::string take_secret(std::string_view text, Secret& out) {
  if (!is_token(text)) return "must be printable ASCII without blanks";
  out = Secret(text);
  return {};
}

std::string take_secret_file(std::string_view path, Secret& out) {
  std::string checked;
  if (auto reason = take_path(path, checked); !reason.empty()) return reason;
  auto secret = read_trusted_secret(checked);
  if (!secret) {
    // Without the name of a file that isn't there: it may be the secret itself, pasted into the
    // wrong key.
    std::string message = secret.error().message;
    const bool is_there = secret.error().kind == ErrorKind::permission;
    if (!is_there && message.starts_with(checked + ": ")) message.erase(0, checked.size() + 2);
    if (secret.error().kind == ErrorKind::not_found)
      message += " (it holds the secret in one line)";
    return message;
  }
  if (!is_token(secret->reveal())) return "must hold printable ASCII without blanks";
  out = std::move(*secret);
  return {};
}

std::string take_name(std::string_view text, std::string& out) {
  const bool proper = std::all_of(text.begin(), text.end(), [](char c) {
    return is_between(c, 'a', 'z') || is_between(c, 'A', 'Z') || is_between(c, '0', '9') ||
           c == '-' || c == '_';
  });
  if (!proper || text.empty() || text.size() > kLongestName)
    return "must be a name of 1 to 32 letters, digits, '-' or '_'";
  out = text;
  return {};
}

std::string take_country(std::string_view text, std::string& out) {
  if (text.size() != 2 || !is_between(text[0], 'A', 'Z') || !is_between(text[1], 'A', 'Z'))
    return "must be a country in two capital letters, such as IE";
  out = text;
  return {};
}

std::string take_countries(std::string_view text, std::vector<std::string>& out) {
  return take_list(text, take_country, out);
}

std::string take_methods(std::string_view text, Methods& out) {
  const auto take_method = [](std::string_view word, Method& method) -> std::string {
    const auto known = method_from(word);
    if (!known) return "must be a list of sms, voice, totp and backup";
    method = *known;
    return {};
  };
  return take_list(text, take_method, out);
}

std::string take_names(std::string_view text, std::vector<std::string>& out) {
  return take_list(text, take_name, out);
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> items;
  while (true) {
    const size_t comma = text.find(',');
    items.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace sms2fa
