// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/config/store_settings.h"

namespace sms2fa {

// [store] of the configuration at `path`, whatever its other sections say: for what must work
// before a provider's account is set up. Reads no other file. Errors are as in
// read_configuration().
Result<StoreSettings> read_store_settings(const std::string& path);

}  // namespace sms2fa
