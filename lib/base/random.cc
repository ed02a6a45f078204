// SPDX-License-Identifier: Apache-2.0
#include "lib/base/random.h"

#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <limits>

namespace sms2fa {

namespace {
// A source that keeps landing in the rejected tail is broken; with a sound one, 64 misses in a row
// have a chance below 2^-64.
constexpr int kMostRejections = 64;
}  // namespace

Result<uint32_t> Random::below(uint32_t bound) {
  constexpr uint64_t kRange = uint64_t{std::numeric_limits<uint32_t>::max()} + 1;
  const uint64_t fair = kRange - kRange % bound;
  for (int i = 0; i < kMostRejections; ++i) {
    std::array<unsigned char, sizeof(uint32_t)> bytes{};
    if (auto filled = fill(bytes); !filled) return filled.error();
    uint32_t drawn = 0;
    std::memcpy(&drawn, bytes.data(), sizeof drawn);
    if (drawn < fair) return drawn % bound;
  }
  return make_error(ErrorKind::internal, "the random source is not random");
}

Result<void> SystemRandom::fill(std::span<unsigned char> bytes) {
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return make_error(ErrorKind::unavailable, "OpenSSL's random generator failed");
  return {};
}

}  // namespace sms2fa
