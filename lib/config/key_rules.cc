// SPDX-License-Identifier: Apache-2.0
#include "lib/config/key_rules.h"

namespace sms2fa {

void KeyRules::require(std::string_view key) const {
  if (!has(key)) missing(key);
}

void KeyRules::require_one_of(std::initializer_list<std::string_view> keys) const {
  std::string all;
  std::string_view first;
  for (const auto key : keys) {
    all += (all.empty() ? "" : " or ") + std::string(key);
    if (!has(key)) continue;
    if (first.empty())
      first = key;
    else
      refuse(key, "excludes " + std::string(first));
  }
  if (first.empty()) missing(all);
}

void KeyRules::refuse(std::string_view key, std::string_view reason) const {
  diagnostics_.add(seen_.find(key)->second, about_key(key, reason));
}

void KeyRules::missing(std::string_view what) const {
  diagnostics_.add(section_line_,
                   "[provider " + std::string(name_) + "] lacks " + std::string(what));
}

}  // namespace sms2fa
