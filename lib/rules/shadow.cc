// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/shadow.h"

#include <algorithm>
#include <string>
#include <vector>

namespace sms2fa {

namespace {

using Kind = FirstFactor::Kind;

bool is_within(const std::string& item, const std::string& other) {
  return item == other;
}

bool is_within(const RuleSource& item, const RuleSource& other) {
  return item && other ? other->contains(*item) : item.has_value() == other.has_value();
}

bool is_within(const FirstFactor& item, const FirstFactor& other) {
  const bool is_key = item.kind == Kind::sk || item.kind == Kind::cert;
  if (other.kind == Kind::publickey && is_key) return true;
  return item.kind == other.kind && (other.ca.empty() || item.ca == other.ca);
}

// Without items a key is about everybody.
template <typename Item>
bool covers(const std::vector<Item>& earlier, const std::vector<Item>& later) {
  if (earlier.empty()) return true;
  return !later.empty() && std::all_of(later.begin(), later.end(), [&](const Item& item) {
    return std::any_of(earlier.begin(), earlier.end(),
                       [&](const Item& other) { return is_within(item, other); });
  });
}

}  // namespace

bool covers(const RuleSettings& earlier, const RuleSettings& later) {
  return covers(earlier.users, later.users) && covers(earlier.groups, later.groups) &&
         covers(earlier.services, later.services) && covers(earlier.from, later.from) &&
         covers(earlier.first, later.first);
}

}  // namespace sms2fa
