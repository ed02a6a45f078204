// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"

namespace sms2fa {

// Makes OpenSSL do now what it puts off to the first use of its generator and of HMAC: reading its
// configuration, seeding, loading the algorithms. Later, out of memory in the middle of that, it
// crashes, or has no HMAC until the process ends. Needs to open files: call it before a sandbox.
Result<void> load_openssl();

}  // namespace sms2fa
