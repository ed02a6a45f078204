// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "lib/rules/decide.h"

namespace sms2fa {

// What one key of a rule makes of a login.
struct KeyMatch {
  const char* key;
  RuleMatch match;
};

// Each key of the rule that narrows whom it is about; a rule matches when all of them do, and is
// unknown when the others may.
std::vector<KeyMatch> explain(const RuleSettings& rule, const RuleFacts& facts);

}  // namespace sms2fa
