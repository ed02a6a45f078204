// SPDX-License-Identifier: Apache-2.0
#include "lib/base/openssl.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

namespace sms2fa {

Result<void> load_openssl() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return make_error(ErrorKind::unavailable, "OpenSSL's random generator failed");
  for (const EVP_MD* digest : {EVP_sha1(), EVP_sha256(), EVP_sha512()}) {
    unsigned size = 0;
    if (HMAC(digest, "", 0, bytes.data(), bytes.size(), bytes.data(), &size) == nullptr)
      return make_error(ErrorKind::unavailable, "OpenSSL has no HMAC");
  }
  return {};
}

}  // namespace sms2fa
