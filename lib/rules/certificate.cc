// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/certificate.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sms2fa {

namespace {

using Bytes = std::vector<unsigned char>;

constexpr size_t kLargestBase64 = 16384;
constexpr uint32_t kUserCertificate = 1;  // SSH_CERT_TYPE_USER

// How many strings and mpints, which look alike, a public key of the type has in a certificate.
struct CertificateType {
  std::string_view name;
  unsigned parts;
};
constexpr std::array<CertificateType, 7> kTypes = {
    {{"ssh-ed25519-cert-v01@openssh.com", 1},
     {"ssh-rsa-cert-v01@openssh.com", 2},
     {"ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
     {"ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
     {"ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
     {"sk-ssh-ed25519-cert-v01@openssh.com", 2},
     {"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3}}};

std::optional<Bytes> decode(std::string_view base64) {
  if (base64.empty() || base64.size() % 4 != 0 || base64.size() > kLargestBase64)
    return std::nullopt;
  Bytes bytes(base64.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                      static_cast<int>(base64.size()));
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  // What '=' stands for comes out as zeros.
  const size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

// Reads from the front; whatever is missing spoils all that follows.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view bytes(size_t count) {
    good_ = good_ && count <= rest_.size();
    const auto taken = rest_.substr(0, good_ ? count : 0);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  uint32_t number() {
    uint32_t number = 0;
    for (const char c : bytes(4)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }
  std::string_view string() { return bytes(number()); }
  bool is_at_end() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string fingerprint_of(std::string_view key) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), hash.data());
  std::array<unsigned char, 48> text{};
  const int size = EVP_EncodeBlock(text.data(), hash.data(), hash.size());
  std::string digits(text.begin(), text.begin() + size);
  return "SHA256:" + digits.substr(0, digits.find('='));
}

}  // namespace

std::optional<std::string> fingerprint_of_ca(std::string_view type, std::string_view base64) {
  const auto known = std::find_if(kTypes.begin(), kTypes.end(),
                                  [type](const auto& each) { return each.name == type; });
  const auto decoded = decode(base64);
  if (known == kTypes.end() || !decoded) return std::nullopt;
  Reader reader({reinterpret_cast<const char*>(decoded->data()), decoded->size()});
  if (reader.string() != type) return std::nullopt;
  (void)reader.string();  // a nonce
  for (unsigned part = 0; part < known->parts; ++part) (void)reader.string();
  (void)reader.bytes(8);  // a serial number
  const uint32_t whose = reader.number();
  (void)reader.string();   // an identifier
  (void)reader.string();   // principals
  (void)reader.bytes(16);  // the time in which it is valid
  (void)reader.string();   // critical options
  (void)reader.string();   // extensions
  (void)reader.string();   // reserved
  const auto key = reader.string();
  const auto signature = reader.string();
  if (!reader.is_at_end() || whose != kUserCertificate || key.empty() || signature.empty())
    return std::nullopt;
  return fingerprint_of(key);
}

}  // namespace sms2fa
