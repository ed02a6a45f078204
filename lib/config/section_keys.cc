// SPDX-License-Identifier: Apache-2.0
#include "lib/config/section_keys.h"

#include <algorithm>
#include <utility>

#include "lib/base/nearest.h"
#include "lib/config/configuration_values.h"
#include "lib/config/key_description.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestNameOfOurs = 30;

bool looks_like_a_name(std::string_view word) {
  return word.size() <= kLongestNameOfOurs && std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || c == '_';
         });
}

}  // namespace

std::string unknown(std::string_view what, std::string_view word,
                    std::span<const std::string_view> known) {
  std::string complaint = "unknown " + std::string(what);
  if (looks_like_a_name(word)) complaint += " " + std::string(word);
  return complaint + did_you_mean(word, known);
}

std::string to_string(const Bounds& bounds) {
  const auto written = [&](unsigned number) {
    return bounds.unit == Bounds::Unit::times ? write_duration(std::chrono::seconds(number))
                                              : std::to_string(number);
  };
  return bounds.unit == Bounds::Unit::none ? std::string()
                                           : written(bounds.least) + " to " + written(bounds.most);
}

void add_description(std::string_view name, const Sample& sample, std::string_view meaning,
                     const Bounds& bounds, std::string fault, std::vector<KeyDescription>& out) {
  out.push_back({name, sample, meaning, to_string(bounds), std::move(fault)});
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto near = nearest(word, known);
  return near ? "; did you mean " + std::string(*near) + "?" : std::string();
}

}  // namespace sms2fa
