// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"

namespace sms2fa {

// Takes every capability from this thread, ambient ones included, for good unless it is root's.
// Makes no call that is forbidden to a service when there is none to take. Refuses (permission)
// when the kernel does.
Result<void> drop_capabilities();

}  // namespace sms2fa
