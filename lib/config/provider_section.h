// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "lib/config/complaints.h"
#include "lib/config/configuration.h"
#include "lib/config/section_keys.h"

namespace sms2fa {

// One [provider NAME] section. Its keys may stand in any order, so which of them the type knows and
// needs is only judged at the end.
class ProviderSection {
 public:
  explicit ProviderSection(std::string name) { settings_.name = std::move(name); }

  // Returns "" or the complaint. Reads the file that a *_file key names.
  std::string take(std::string_view key, std::string_view value);

  // Adds what does not fit together to `complaints`. `section_line` is the header's; `seen` holds
  // the keys that take() was given.
  void check(unsigned section_line, const KeyLines& seen, Complaints& complaints);

  // Meaningful only when take() and check() had nothing to complain about.
  ProviderSettings settings() && { return std::move(settings_); }

 private:
  ProviderSettings settings_;
  bool type_known_ = false;
};

}  // namespace sms2fa
