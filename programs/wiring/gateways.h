// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/messenger.h"
#include "programs/wiring/provider_types.h"
#include "programs/wiring/transports.h"

namespace sms2fa {

// The providers of [delivery], in order. `clock` must outlive them.
Result<std::vector<std::unique_ptr<Gateway>>> make_gateways(const DeliverySettings& settings,
                                                            Transports& transports,
                                                            const Clock& clock);

// The URL that a provider is asked at, or "" where nothing is asked.
std::string url_of(const ProviderSettings& settings);

// The messenger behind a look-up of numbers, when the first provider that has one wants it; else
// the messenger itself. `clock` must outlive it.
Result<std::unique_ptr<Messenger>> look_up_before(std::unique_ptr<Messenger> messenger,
                                                  const DeliverySettings& settings,
                                                  Transports& transports, const Clock& clock);

}  // namespace sms2fa
