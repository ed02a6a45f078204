// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/config/rule_settings.h"

namespace sms2fa {

// Whether each login that `later` is about is one that `earlier` is about too, as far as their keys
// tell without a look at anybody's groups: then `later` never decides behind `earlier`.
bool covers(const RuleSettings& earlier, const RuleSettings& later);

}  // namespace sms2fa
