// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/method.h"
#include "lib/base/secret.h"
#include "lib/config/configuration.h"

// How the text after '=' becomes a setting. Each function stores what it read into its last
// argument and returns "", or leaves that alone and returns the reason, which reads on after the
// key's name ("must be yes or no"). No reason repeats the text, which may be a secret in the wrong
// place.
namespace sms2fa {

std::string take_count(std::string_view text, unsigned least, unsigned most, unsigned& out);

// A whole number of s, m, h or d: "30s", "5m".
std::string take_duration(std::string_view text, std::chrono::seconds least,
                          std::chrono::seconds most, std::chrono::seconds& out);

// As take_duration() reads it, in the largest unit that fits: "10m".
std::string write_duration(std::chrono::seconds duration);

// A day of the calendar, "2027-03-01" (ISO 8601).
std::string take_day(std::string_view text, std::optional<std::chrono::sys_days>& out);

// "6/10m": six in any ten minutes. At most 100000, and from 1s to 30d.
std::string take_rate(std::string_view text, Rate& out);

inline bool operator==(const Rate& one, const Rate& other) {
  return one.count == other.count && one.window == other.window;
}

// yes or no.
std::string take_flag(std::string_view text, bool& out);

// An absolute path without "." and ".." in it.
std::string take_path(std::string_view text, std::string& out);

// Printable ASCII without blanks: an identifier whose shape is its provider's business.
std::string take_token(std::string_view text, std::string& out);
std::string take_secret(std::string_view text, Secret& out);

// The token in the trusted file at `path`. The reason may name directories, but not the file.
std::string take_secret_file(std::string_view path, Secret& out);

// What a provider may be called: 1 to 32 letters, digits, '-' or '_'.
std::string take_name(std::string_view text, std::string& out);

// Two capital letters, ISO 3166-1 alpha-2. Whether such a country exists is not looked up.
std::string take_country(std::string_view text, std::string& out);

// Lists are separated by commas; an empty item and one that stands twice are refused.
std::string take_countries(std::string_view text, std::vector<std::string>& out);
std::string take_methods(std::string_view text, Methods& out);
std::string take_names(std::string_view text, std::vector<std::string>& out);

// The items of a list, trimmed. At least one, and an empty one where nothing stands between commas.
std::vector<std::string_view> split_list(std::string_view text);

// One word of a fixed choice, such as {{"digits", Alphabet::digits}, …}.
template <typename Choice, size_t kCount>
std::string take_choice(std::string_view text,
                        const std::pair<std::string_view, Choice> (&choices)[kCount], Choice& out) {
  std::string reason = "must be ";
  for (size_t i = 0; i < kCount; ++i) {
    if (text == choices[i].first) {
      out = choices[i].second;
      return {};
    }
    if (i > 0) reason += i + 1 == kCount ? " or " : ", ";
    reason += choices[i].first;
  }
  return reason;
}

// A list of take_* items, refusing repeated ones.
template <typename Item, typename Take>
std::string take_list(std::string_view text, Take take, std::vector<Item>& out) {
  std::vector<Item> items;
  for (const auto word : split_list(text)) {
    Item item{};
    if (word.empty()) return "has an empty item in its list";
    if (auto reason = take(word, item); !reason.empty()) return reason;
    for (const auto& other : items)
      if (other == item) return "names the same item twice";
    items.push_back(std::move(item));
  }
  out = std::move(items);
  return {};
}

}  // namespace sms2fa
