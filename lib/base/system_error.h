// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"

namespace sms2fa {

// "/etc/sms2fa/store.key: Permission denied": what failed, and what errno says about it. The kind
// is `permission` for EACCES and EPERM, else `unavailable`, unless it is given.
Error system_error(const std::string& what);
Error system_error(ErrorKind kind, const std::string& what);

}  // namespace sms2fa
