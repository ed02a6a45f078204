// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// Makes those of the directories that are missing (mode 0700). As root, hands them to _sms2fa; one
// that exists changes hands only when it is root's and empty, for a mistyped path must not give
// anything away. As anybody else, leaves it to those who use them to find one that can't be made.
Result<void> prepare_directories(const std::vector<std::string>& directories);

// When this process runs as root: becomes _sms2fa, without supplementary groups and without a way
// back. Otherwise does nothing.
Result<void> become_service_account();

}  // namespace sms2fa
