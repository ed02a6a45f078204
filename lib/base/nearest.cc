// SPDX-License-Identifier: Apache-2.0
#include "lib/base/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "lib/base/text.h"

namespace sms2fa {

namespace {

// Longer words are nobody's typing mistake, and the table of distances stays small.
constexpr size_t kLongestWord = 64;

using Row = std::array<size_t, kLongestWord + 1>;

// Optimal string alignment: Levenshtein's distance, with a swap of neighbours as one step.
size_t distance(std::string_view a, std::string_view b) {
  Row before_last{};
  Row last{};
  Row row{};
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kLongestWord) return std::nullopt;
  const std::string typed = ascii_lower(word);
  std::optional<std::string_view> best;
  size_t best_distance = 0;
  for (const auto candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const size_t steps = distance(typed, ascii_lower(candidate));
    const size_t allowed = std::max<size_t>(1, std::max(word.size(), candidate.size()) / 3);
    const bool near = steps <= allowed && steps < std::max(word.size(), candidate.size());
    if (!near || (best && steps >= best_distance)) continue;
    best = candidate;
    best_distance = steps;
  }
  return best;
}

}  // namespace sms2fa
