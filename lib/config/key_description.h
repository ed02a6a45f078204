// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/section_keys.h"

// The rows of all sections in one shape, for who writes them down.
namespace sms2fa {

struct KeyDescription {
  std::string_view name;
  Sample sample;
  std::string_view meaning;
  std::string bounds;  // "1 to 10", "1s to 10m", the types of provider, or ""
  std::string fault;   // why the row's default is not the settings' own, or ""
};

struct SectionDescription {
  std::string heading = {};      // "code", "peer NAME", "provider NAME"
  std::string_view name = {};    // for NAME, in the shipped file
  std::string_view remark = {};  // below the heading there; may be empty
  bool commented_out = false;    // all of it, there
  bool one_of_many = false;      // several share a heading, and much of what they hold
  std::vector<KeyDescription> keys = {};
};

// "1 to 10", "1s to 10m", or "" where there are none.
std::string to_string(const Bounds& bounds);

// Why the key's default is not what untouched settings hold, or "".
template <typename Settings>
[[gnu::cold]] std::string fault_of(const Key<Settings>& key) {
  if (key.sample.kind != Sample::Kind::by_default) return {};
  const Settings untouched;
  Settings read;
  if (auto complaint = take_value(key, key.name, key.sample.text, read); !complaint.empty())
    return complaint;
  if (key.reader.same == nullptr || !key.reader.same(untouched, read))
    return about_key(key.name, "the row's default is not the settings' own");
  return {};
}

void add_description(std::string_view name, const Sample& sample, std::string_view meaning,
                     const Bounds& bounds, std::string fault, std::vector<KeyDescription>& out);

template <typename Settings>
[[gnu::cold]] std::vector<KeyDescription> describe(std::span<const Key<Settings>> keys) {
  std::vector<KeyDescription> described;
  for (const auto& key : keys)
    add_description(key.name, key.sample, key.meaning, key.reader.bounds, fault_of(key), described);
  return described;
}

}  // namespace sms2fa
