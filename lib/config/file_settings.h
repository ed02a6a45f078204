// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// [store] of the configuration at `path`, whatever its other sections say: for what must work
// before a provider's account is set up. Reads no other file. Errors are as in
// read_configuration().
Result<StoreSettings> read_store_settings(const std::string& path);

// The same with [directory], too: where everything that a backup holds belongs. All else has its
// defaults.
Result<Configuration> read_file_settings(const std::string& path);

// The files that hold a provider's secret (auth_token_file and its like), in the configuration's
// order; none when it can't be read.
std::vector<std::string> secret_files(const std::string& path);

}  // namespace sms2fa
