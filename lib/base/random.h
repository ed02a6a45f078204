// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "lib/base/result.h"

namespace sms2fa {

// The seam for randomness. Thread-safe. A failure means no code may be made: the caller denies.
class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual Result<void> fill(std::span<unsigned char> bytes) = 0;

  // A number in [0, bound), each equally likely (rejection sampling, no modulo bias).
  // Precondition: bound >= 1.
  Result<uint32_t> below(uint32_t bound);
};

// OpenSSL's CSPRNG (RAND_priv_bytes), which the kernel seeds.
class SystemRandom final : public Random {
 public:
  Result<void> fill(std::span<unsigned char> bytes) override;
};

}  // namespace sms2fa
