// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/store/store.h"

namespace sms2fa {

// What the store has counted, and how people and providers stand now, as OpenMetrics text 1.0
// (https://github.com/OpenObservability/OpenMetrics): every family with its type and help, "# EOF"
// at the end. Counters begin anew with a new store. Prometheus' own text format reads it, too.
std::string open_metrics(const std::vector<Counter>& counters,
                         const std::vector<NamedUserState>& users,
                         const std::vector<ProviderState>& providers);

}  // namespace sms2fa
