// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "lib/config/provider_type.h"

namespace sms2fa {

// All that there are, in the order of the shipped file.
ProviderTypes provider_types();

// The configuration, with these types of provider.
Result<Configuration> read_configuration(const std::string& path);

}  // namespace sms2fa
