// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/config/configuration.h"

namespace sms2fa {

// The directories that a daemon with this configuration writes to: the store's and the outboxes'.
std::vector<std::string> written_directories(const Configuration& configuration);

}  // namespace sms2fa
