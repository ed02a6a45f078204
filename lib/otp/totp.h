// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/base/totp_parameters.h"

namespace sms2fa {

// RFC 6238's X, fixed: no app in use has another.
inline constexpr std::chrono::seconds kTotpStep{30};
// RFC 4226, section 4, R6: a key of 160 bits is recommended.
inline constexpr size_t kTotpKeySize = 20;

// The code for one value of the moving factor (RFC 4226, section 5.3). Precondition: 6 to 8 digits,
// a key of at least one byte. Throws std::bad_alloc when OpenSSL fails.
Secret hotp(const Secret& key, uint64_t counter, const TotpParameters& parameters);

// RFC 6238's T at `time`. Times before 1970 are step 0.
int64_t totp_step_at(WallTime time);

// The step among `now`, the one before and the one after whose code `answer` is, the latest if
// there are several. Blanks and dashes in the answer do not count. Always computes all three, and
// compares in constant time.
std::optional<int64_t> matching_totp_step(const Secret& key, const TotpParameters& parameters,
                                          int64_t now, std::string_view answer);

// The later step of two in a row whose codes `answer` is, one behind the other; it is among `now`,
// the one before and the one after. Otherwise as above.
std::optional<int64_t> matching_totp_pair(const Secret& key, const TotpParameters& parameters,
                                          int64_t now, std::string_view answer);

}  // namespace sms2fa
