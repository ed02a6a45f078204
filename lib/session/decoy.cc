// SPDX-License-Identifier: Apache-2.0
#include "lib/session/decoy.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>
#include <vector>

namespace sms2fa {

namespace {
constexpr size_t kRemembered = 64;
constexpr std::chrono::microseconds kFastest{150'000};
constexpr std::chrono::microseconds kSpread{300'000};
constexpr std::chrono::minutes kFresh{10};

bool concerns_everybody(SendStatus status) {
  switch (status) {
    case SendStatus::accepted:
    case SendStatus::ambiguous:
    case SendStatus::credentials:
    case SendStatus::try_elsewhere:
      return true;
    case SendStatus::number_cannot_sms:
    case SendStatus::number_refused:
    case SendStatus::opted_out:
    case SendStatus::blocked:
    case SendStatus::not_permitted:
      return false;
  }
  return false;
}

}  // namespace

void DeliveryHistory::remember(const Sample& sample) {
  if (!concerns_everybody(sample.status)) return;
  const MutexLock lock(mutex_);
  recent_.push_back(sample);
  if (recent_.size() > kRemembered) recent_.pop_front();
}

Result<DeliveryHistory::Sample> DeliveryHistory::draw(Random& random, SteadyTime now,
                                                      Medium medium) const {
  std::vector<Sample> fresh;
  std::vector<Sample> accepted;
  {
    const MutexLock lock(mutex_);
    for (const Sample& sample : recent_) {
      if (sample.medium != medium) continue;
      if (now - sample.at < kFresh) fresh.push_back(sample);
      if (sample.status == SendStatus::accepted) accepted.push_back(sample);
    }
  }
  const auto& samples = fresh.empty() ? accepted : fresh;
  const auto drawn =
      random.below(static_cast<uint32_t>(samples.empty() ? kSpread.count() : samples.size()));
  if (!drawn) return drawn.error();
  if (samples.empty())
    return Sample{kFastest + std::chrono::microseconds(*drawn), SendStatus::accepted};
  return samples[*drawn];
}

std::string decoy_digits(const std::array<unsigned char, 32>& key, std::string_view user) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(user.data()), user.size(), digest.data(), &size);
  // Without a digest all decoys would show the same digits.
  if (made == nullptr) throw std::bad_alloc();
  // 65536 is not a multiple of 100, but the bias (1 in 1500) says nothing about anybody.
  const unsigned number = (unsigned{digest[0]} << 8 | digest[1]) % 100;
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace sms2fa
