// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/result.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// When this process runs as root: hands the outboxes of `settings` to _sms2fa, creating those that
// are missing (mode 0700). Otherwise does nothing.
Result<void> prepare_directories(const DeliverySettings& settings);

// When this process runs as root: becomes _sms2fa, without supplementary groups and without a way
// back. In any case forbids new privileges, core dumps and inspection by others of the same uid.
Result<void> drop_privileges();

}  // namespace sms2fa
