// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sms2fa {

// The keys a section holds, well-formed or not, and their lines.
using KeyLines = std::map<std::string, unsigned, std::less<>>;

// One key of a section: its name, and how its value gets into the settings (configuration_values.h
// says what a take function returns).
template <typename Settings>
struct Key {
  std::string_view name;
  std::string (*take)(std::string_view value, Settings& out);
};

// "unknown key lenght; did you mean length?". A word that does not look like a name of ours is not
// repeated: it may be a secret on a line of its own.
std::string unknown(std::string_view what, std::string_view word,
                    std::span<const std::string_view> known);

// "; did you mean length?", or "" when nothing known is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// "length: must be …", or "" when there is no reason.
inline std::string about_key(std::string_view key, std::string_view reason) {
  return reason.empty() ? std::string() : std::string(key) + ": " + std::string(reason);
}

// Lets the key of that name take the value. Returns "" or the whole complaint.
template <typename Settings>
std::string take_key(std::span<const Key<Settings>> keys, std::string_view name,
                     std::string_view value, Settings& out) {
  std::vector<std::string_view> known;
  for (const auto& key : keys) {
    if (key.name == name) return about_key(name, key.take(value, out));
    known.push_back(key.name);
  }
  return unknown("key", name, known);
}

}  // namespace sms2fa
