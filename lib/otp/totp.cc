// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include "lib/otp/pin.h"

namespace sms2fa {

namespace {

const EVP_MD* digest_of(TotpAlgorithm algorithm) {
  switch (algorithm) {
    case TotpAlgorithm::sha1:
      return EVP_sha1();
    case TotpAlgorithm::sha256:
      return EVP_sha256();
    case TotpAlgorithm::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

// The dynamic truncation of RFC 4226, section 5.3.
uint32_t truncated(const unsigned char* digest, unsigned size) {
  const unsigned offset = digest[size - 1] & 0x0f;
  return (uint32_t{digest[offset]} & 0x7f) << 24 | uint32_t{digest[offset + 1]} << 16 |
         uint32_t{digest[offset + 2]} << 8 | uint32_t{digest[offset + 3]};
}

}  // namespace

Secret hotp(const Secret& key, uint64_t counter, const TotpParameters& parameters) {
  std::array<unsigned char, 8> message{};
  for (size_t i = message.size(); i-- > 0; counter >>= 8)
    message[i] = static_cast<unsigned char>(counter & 0xff);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* const made =
      HMAC(digest_of(parameters.algorithm), key.reveal().data(), static_cast<int>(key.size()),
           message.data(), message.size(), digest.data(), &size);
  if (made == nullptr) throw std::bad_alloc();
  uint32_t number = truncated(digest.data(), size);
  OPENSSL_cleanse(digest.data(), digest.size());
  Secret code(std::string(parameters.digits, '0'));
  for (size_t i = code.size(); i-- > 0; number /= 10)
    code.writable()[i] = static_cast<char>('0' + number % 10);
  return code;
}

int64_t totp_step_at(WallTime time) {
  const auto since_epoch = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return std::max<int64_t>(0, since_epoch / kTotpStep);
}

std::optional<int64_t> matching_totp_step(const Secret& key, const TotpParameters& parameters,
                                          int64_t now, std::string_view answer) {
  std::optional<int64_t> matching;
  for (int64_t step = std::max<int64_t>(0, now - 1); step <= now + 1; ++step) {
    const bool matches = pin_matches(hotp(key, static_cast<uint64_t>(step), parameters), answer);
    if (matches) matching = step;
  }
  return matching;
}

std::optional<int64_t> matching_totp_pair(const Secret& key, const TotpParameters& parameters,
                                          int64_t now, std::string_view answer) {
  std::optional<int64_t> matching;
  for (int64_t step = std::max<int64_t>(1, now - 1); step <= now + 1; ++step) {
    std::string both(hotp(key, static_cast<uint64_t>(step - 1), parameters).reveal());
    both += hotp(key, static_cast<uint64_t>(step), parameters).reveal();
    const Secret pair(both);
    wipe(both);
    if (pin_matches(pair, answer)) matching = step;
  }
  return matching;
}

}  // namespace sms2fa
