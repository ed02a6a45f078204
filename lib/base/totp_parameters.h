// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace sms2fa {

// The hash functions that RFC 6238 allows, in the words of the otpauth URI.
enum class TotpAlgorithm { sha1, sha256, sha512 };

constexpr std::string_view to_string(TotpAlgorithm algorithm) {
  switch (algorithm) {
    case TotpAlgorithm::sha1:
      return "SHA1";
    case TotpAlgorithm::sha256:
      return "SHA256";
    case TotpAlgorithm::sha512:
      return "SHA512";
  }
  return "unknown";
}

constexpr std::optional<TotpAlgorithm> totp_algorithm_from(std::string_view word) {
  for (const auto algorithm : {TotpAlgorithm::sha1, TotpAlgorithm::sha256, TotpAlgorithm::sha512})
    if (word == to_string(algorithm)) return algorithm;
  return std::nullopt;
}

// How an authenticator app makes its codes. A step is always 30 s.
struct TotpParameters {
  TotpAlgorithm algorithm = TotpAlgorithm::sha1;
  unsigned digits = 6;  // 6 to 8
  // By how many steps the app's clock is ahead, as an import knows it; of a phone that is behind,
  // below 0. Moves the steps that are tried, and makes them no more.
  int skew = 0;
  bool operator==(const TotpParameters&) const = default;
};

inline constexpr unsigned kFewestTotpDigits = 6;
inline constexpr unsigned kMostTotpDigits = 8;
// What google-authenticator looks for: half a day each way.
inline constexpr int kMostTotpSkew = 1440;

}  // namespace sms2fa
