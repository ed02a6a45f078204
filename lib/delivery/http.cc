// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/http.h"

#include <openssl/evp.h>

#include <utility>

namespace sms2fa {

namespace {

// `scheme` and a blank before `credentials`, which is wiped.
Secret with_scheme(std::string_view scheme, std::string& credentials) {
  std::string value;
  value.reserve(scheme.size() + 1 + credentials.size());
  value.append(scheme).append(" ").append(credentials);
  wipe(credentials);
  Secret secret(value);
  wipe(value);
  return secret;
}

}  // namespace

HttpRequest get_request(std::string url, const Secret& authorization) {
  return {.url = std::move(url),
          .content_type = {},
          .authorization = authorization,
          .body = {},
          .method = HttpMethod::get};
}

Secret basic_authorization(std::string_view user, const Secret& password) {
  std::string plain;
  plain.reserve(user.size() + 1 + password.size());
  plain.append(user).append(":").append(password.reveal());
  // EVP_EncodeBlock writes four characters for three bytes, and a NUL.
  std::string encoded(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(plain.data()),
                                     static_cast<int>(plain.size()));
  encoded.resize(static_cast<size_t>(length));
  wipe(plain);
  return with_scheme("Basic", encoded);
}

Secret bearer_authorization(const Secret& token) {
  std::string plain(token.reveal());
  return with_scheme("Bearer", plain);
}

}  // namespace sms2fa
