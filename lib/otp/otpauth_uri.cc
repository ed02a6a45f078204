// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/otpauth_uri.h"

#include <string>

#include "lib/otp/base32.h"
#include "lib/otp/totp.h"

namespace sms2fa {

namespace {

// RFC 3986, section 2.3: what may stand as it is.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      encoded += c;
    else
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return encoded;
}

}  // namespace

Secret otpauth_uri(std::string_view issuer, std::string_view account, const Secret& key,
                   const TotpParameters& parameters) {
  const std::string head =
      "otpauth://totp/" + percent_encoded(issuer) + ":" + percent_encoded(account) + "?secret=";
  const Secret written_key = base32_encode(key.reveal());
  const std::string tail = "&issuer=" + percent_encoded(issuer) +
                           "&algorithm=" + std::string(to_string(parameters.algorithm)) +
                           "&digits=" + std::to_string(parameters.digits) +
                           "&period=" + std::to_string(kTotpStep.count());
  std::string uri;
  uri.reserve(head.size() + written_key.size() + tail.size());
  uri.append(head).append(written_key.reveal()).append(tail);
  Secret secret(uri);
  wipe(uri);
  return secret;
}

}  // namespace sms2fa
