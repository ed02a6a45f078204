// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// A code for one message, and the ref by which people tell that message from others: a letter and a
// digit, which is no secret.
struct FreshCode {
  Secret code;
  std::string ref;
};

// An error means that the random source failed.
Result<FreshCode> make_code(Random& random, const CodeSettings& settings);

}  // namespace sms2fa
