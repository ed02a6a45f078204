// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/store/answers.h"

namespace sms2fa::test {

// The chance of one answer to be the six digits of a message.
inline constexpr int64_t kSixDigits = kCertain / 1'000'000;

}  // namespace sms2fa::test
