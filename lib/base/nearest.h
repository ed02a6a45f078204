// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sms2fa {

// The candidate that a mistyped `word` most likely meant: the fewest letters added, dropped,
// changed or swapped with a neighbour, at most one third of the longer word (and at least one).
// Letter case does not count. Among equals the first wins; nullopt when nothing is near. The view
// is the candidate's.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace sms2fa
