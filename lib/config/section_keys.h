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

// What a number or a time must lie between, both ends included; times are in seconds.
struct Bounds {
  enum class Unit { none, numbers, times };
  Unit unit = Unit::none;
  unsigned least = 0;
  unsigned most = 0;
};

// How the text after '=' gets into the settings (key_rows.h makes these).
template <typename Settings>
struct ValueReader {
  // As a take function of configuration_values.h. `key` is the key as it was written.
  std::string (*take)(std::string_view key, std::string_view value, const Bounds& bounds,
                      Settings& out) = nullptr;
  // Whether both hold the same value; null where a key has no default.
  bool (*same)(const Settings& one, const Settings& other) = nullptr;
  Bounds bounds = {};
};

// What the shipped file shows behind '='.
struct Sample {
  enum class Kind { by_default, example, needed, alternative };
  std::string_view text;
  Kind kind = Kind::by_default;
  constexpr Sample() = default;
  constexpr Sample(const char* value, Kind what = Kind::by_default) : text(value), kind(what) {}
};

// A key that has no default, or one that nobody can write down.
constexpr Sample such_as(const char* text) {
  return {text, Sample::Kind::example};
}

// A key without which its section does not work.
constexpr Sample needed(const char* text) {
  return {text, Sample::Kind::needed};
}

// A key that takes the place of the one above it.
constexpr Sample instead(const char* text) {
  return {text, Sample::Kind::alternative};
}

// One key of a section, and all that is said about it: from these rows come the reader, the shipped
// sms2fa.conf and the entries of sms2fa.conf(5). A name that ends in '.' is the first part of many
// keys' ("form." of form.to): its reader says whole complaints, and each line of its sample holds
// the rest of a name and " = ".
template <typename Settings>
struct Key {
  std::string_view name;
  ValueReader<Settings> reader;
  Sample sample;
  std::string_view meaning;  // behind the sample; may be empty

  bool is_prefix() const { return name.ends_with('.'); }
  bool matches(std::string_view key) const {
    return is_prefix() ? key.starts_with(name) : key == name;
  }
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

template <typename Settings>
const Key<Settings>* find_key(std::span<const Key<Settings>> keys, std::string_view name) {
  for (const auto& key : keys)
    if (key.matches(name)) return &key;
  return nullptr;
}

// Lets a key take its value. Returns "" or the whole complaint.
template <typename Settings>
std::string take_value(const Key<Settings>& key, std::string_view name, std::string_view value,
                       Settings& out) {
  const auto reason = key.reader.take(name, value, key.reader.bounds, out);
  return key.is_prefix() ? reason : about_key(name, reason);
}

// Lets the key of that name take the value. Returns "" or the whole complaint.
template <typename Settings>
std::string take_key(std::span<const Key<Settings>> keys, std::string_view name,
                     std::string_view value, Settings& out) {
  if (const auto* key = find_key(keys, name)) return take_value(*key, name, value, out);
  std::vector<std::string_view> known;
  for (const auto& key : keys)
    if (!key.is_prefix()) known.push_back(key.name);
  return unknown("key", name, known);
}

}  // namespace sms2fa
