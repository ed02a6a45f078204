// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/config/diagnostics.h"
#include "lib/config/key_description.h"
#include "lib/config/rule_settings.h"
#include "lib/config/section_keys.h"

// [rule NAME].
namespace sms2fa {

// Lets a key take its value. Returns "" or the complaint.
std::string take_rule_key(std::string_view key, std::string_view value, RuleSettings& out);

// What only the whole section can tell: what belongs together, and what may not be exempt.
void check_rule(const RuleSettings& rule, const KeyLines& keys, Diagnostics& diagnostics);

SectionDescription describe_rule_section();

}  // namespace sms2fa
