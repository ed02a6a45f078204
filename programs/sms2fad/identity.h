// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/result.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// When this process runs as root: makes the directories of the store and of the outboxes where they
// are missing (mode 0700), and hands them to _sms2fa. One that exists changes hands only when it is
// root's and empty, for a mistyped path must not give anything away. Otherwise does nothing.
Result<void> prepare_directories(const Configuration& configuration);

// When this process runs as root: becomes _sms2fa, without supplementary groups and without a way
// back. In any case forbids new privileges, core dumps and inspection by others of the same uid.
Result<void> drop_privileges();

}  // namespace sms2fa
