// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/config/store_settings.h"
#include "lib/store/store.h"

namespace sms2fa {

using StoreWork = std::function<Result<size_t>(Store& store, Random& random)>;

// What `work` says of the store, or 0 where there has never been one. In a child, because a process
// that opens the store stops being root.
Result<size_t> in_store(const StoreSettings& settings, const StoreWork& work);

// How many people have a number or an app in the store, which only the key file opens.
Result<size_t> count_sealed(const StoreSettings& settings);

}  // namespace sms2fa
