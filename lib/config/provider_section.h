// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/secret.h"
#include "lib/config/diagnostics.h"
#include "lib/config/key_rules.h"
#include "lib/config/provider_type.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

// One [provider NAME] section. Its keys may stand in any order, so they are read at the end, when
// the type is known.
class ProviderSection {
 public:
  ProviderSection(std::string name, ProviderTypes types) : types_(types) {
    settings_.name = std::move(name);
  }

  void keep(std::string_view key, std::string_view value, unsigned line) {
    lines_.push_back({std::string(key), Secret(value), line});
  }

  // Reads what was kept, and adds what is wrong with it to `complaints`. `section_line` is the
  // header's; `seen` holds the keys; `voice` is [delivery]'s. Where the type is not known, values
  // are looked at as the first type that has the key would.
  void finish(unsigned section_line, const KeyLines& seen, bool voice, Diagnostics& diagnostics);

  // Meaningful only when finish() had nothing to complain about.
  ProviderSettings settings() && { return std::move(settings_); }

 private:
  struct Line {
    std::string key;
    Secret value;
    unsigned number;
  };
  const ProviderType* type_named(std::string_view name) const;
  const ProviderType* first_that_knows(std::string_view key) const;
  std::string unknown_key(std::string_view key) const;
  std::string read(const Line& line);

  ProviderTypes types_;
  ProviderSettings settings_;
  std::vector<Line> lines_;
};

}  // namespace sms2fa
