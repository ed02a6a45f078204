// SPDX-License-Identifier: Apache-2.0
#include "lib/session/decoy.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace sms2fa {

namespace {
constexpr size_t kRemembered = 64;
constexpr uint32_t kFastest = 150;
constexpr uint32_t kSpread = 300;
}  // namespace

void DeliveryHistory::remember(Sample sample) {
  const std::lock_guard lock(mutex_);
  recent_.push_back(sample);
  if (recent_.size() > kRemembered) recent_.pop_front();
}

Result<DeliveryHistory::Sample> DeliveryHistory::draw(Random& random) const {
  const std::lock_guard lock(mutex_);
  if (recent_.empty()) {
    const auto extra = random.below(kSpread);
    if (!extra) return extra.error();
    return Sample{Milliseconds(kFastest + *extra), SendStatus::accepted};
  }
  const auto index = random.below(static_cast<uint32_t>(recent_.size()));
  if (!index) return index.error();
  return recent_[*index];
}

std::string decoy_digits(const std::array<unsigned char, 32>& key, std::string_view user) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(user.data()), user.size(), digest.data(), &size);
  // 65536 is not a multiple of 100, but the bias (1 in 1500) says nothing about anybody.
  const unsigned number = (unsigned{digest[0]} << 8 | digest[1]) % 100;
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace sms2fa
