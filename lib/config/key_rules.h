// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "lib/config/diagnostics.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

// Says which keys of one section belong together, and where one is missing.
class KeyRules {
 public:
  KeyRules(std::string_view name, unsigned section_line, const KeyLines& seen,
           Diagnostics& diagnostics)
      : name_(name), section_line_(section_line), seen_(seen), diagnostics_(diagnostics) {}

  bool has(std::string_view key) const { return seen_.contains(key); }
  const KeyLines& seen() const { return seen_; }

  // Complains at the section's header unless `key` is there.
  void require(std::string_view key) const;
  // Complains at the header when none is there, and at every one after the first.
  void require_one_of(std::initializer_list<std::string_view> keys) const;
  // Complains where `key` stands. Precondition: has(key).
  void refuse(std::string_view key, std::string_view reason) const;
  void missing(std::string_view what) const;

 private:
  std::string_view name_;
  unsigned section_line_;
  const KeyLines& seen_;
  Diagnostics& diagnostics_;
};

}  // namespace sms2fa
