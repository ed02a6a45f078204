// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/store/store_time.h"

namespace sms2fa {

// Writes what the store at `path` holds at this moment into the new file `copy`, while others may
// be using it: one file without a log, owned by the caller, mode by the caller's umask. Errors as
// at opening a store (docs/STORE.md), not_found when there has never been one.
Result<void> copy_state(const std::string& path, const std::string& copy, Milliseconds patience,
                        Random& random, const TimeSource& time);

}  // namespace sms2fa
