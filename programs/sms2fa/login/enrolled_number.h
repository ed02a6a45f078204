// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/phone_number.h"
#include "lib/base/result.h"
#include "lib/config/store_settings.h"

namespace sms2fa {

// What somebody holds in the store, for commands that must stay root.
struct Enrolled {
  bool anything = false;
  std::optional<PhoneNumber> number;
};

// Looks in a child, because a process that opens the store stops being root. Nothing where there is
// no store yet, or only the daemon's memory. An error when the number is there, but the store's key
// doesn't open it.
Result<Enrolled> enrolled_by(const std::string& user, const StoreSettings& settings);

}  // namespace sms2fa
