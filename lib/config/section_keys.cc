// SPDX-License-Identifier: Apache-2.0
#include "lib/config/section_keys.h"

#include <algorithm>

#include "lib/base/nearest.h"

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

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto near = nearest(word, known);
  return near ? "; did you mean " + std::string(*near) + "?" : std::string();
}

}  // namespace sms2fa
