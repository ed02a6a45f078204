// SPDX-License-Identifier: Apache-2.0
#include "lib/base/key_ring.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <memory>
#include <optional>

#include "lib/base/key_file.h"

namespace sms2fa {

namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr size_t kHeader = kKeyIdSize + kNonceSize;
// SHA-256 tells keys apart, and says nothing about 256 random bits.
constexpr std::string_view kIdDomain = "sms2fa key id:";

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(char* text) {
  return reinterpret_cast<unsigned char*>(text);
}

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

std::string id_of(const Secret& key) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned size = 0;
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const bool done = context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, kIdDomain.data(), kIdDomain.size()) == 1 &&
                    EVP_DigestUpdate(context, key.reveal().data(), key.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.data(), &size) == 1;
  EVP_MD_CTX_free(context);
  if (!done) throw std::bad_alloc();
  return std::string(reinterpret_cast<const char*>(digest.data()), kKeyIdSize);
}

Error cannot(const char* what) {
  return make_error(ErrorKind::internal, std::string("OpenSSL could not ") + what);
}

}  // namespace

Result<void> KeyRing::read() {
  auto keys = read_key_file(path_);
  if (!keys) return keys.error();
  std::vector<Key> read;
  for (Secret& bytes : *keys) {
    std::string id = id_of(bytes);
    read.push_back({std::move(id), std::move(bytes)});
  }
  keys_ = std::move(read);
  return {};
}

// Read anew each time: what is sealed with a key that has just been replaced would be lost.
Result<const KeyRing::Key*> KeyRing::current() {
  if (auto done = read(); !done) return done.error();
  return &keys_.front();
}

const KeyRing::Key* KeyRing::find(std::string_view id) const {
  for (const Key& key : keys_)
    if (key.id == id) return &key;
  return nullptr;
}

Result<void> KeyRing::check() {
  const MutexLock lock(mutex_);
  return read();
}

Result<std::string> KeyRing::current_id() {
  const MutexLock lock(mutex_);
  const auto key = current();
  if (!key) return key.error();
  return (*key)->id;
}

Result<std::string> KeyRing::seal(std::string_view context, const Secret& plain, Random& random) {
  const MutexLock lock(mutex_);
  const auto key = current();
  if (!key) return key.error();
  std::array<unsigned char, kNonceSize> nonce{};
  if (auto filled = random.fill(nonce); !filled) return filled.error();

  std::string sealed =
      (*key)->id + std::string(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  sealed.resize(kHeader + plain.size() + kTagSize);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool done =
      cipher &&
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of((*key)->bytes.reveal()),
                         nonce.data()) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), size_of(context)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(sealed.data() + kHeader), &size,
                        bytes_of(plain.reveal()), size_of(plain.reveal())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed.data() + kHeader) + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize,
                          sealed.data() + kHeader + plain.size()) == 1;
  if (!done) return cannot("seal");
  return sealed;
}

Result<Secret> KeyRing::open(std::string_view context, std::string_view sealed) {
  if (sealed.size() <= kHeader + kTagSize)
    return make_error(ErrorKind::unavailable, "the store holds a sealed value that is cut short");
  const MutexLock lock(mutex_);
  const auto id = sealed.substr(0, kKeyIdSize);
  const Key* key = find(id);
  if (key == nullptr) {
    if (auto done = read(); !done) return done.error();
    key = find(id);
  }
  if (key == nullptr)
    return make_error(ErrorKind::unavailable,
                      path_ + ": is not the key that the store was sealed with");

  const auto nonce = sealed.substr(kKeyIdSize, kNonceSize);
  const auto body = sealed.substr(kHeader, sealed.size() - kHeader - kTagSize);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  Secret plain(std::string(body.size(), '\0'));
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool set_up =
      cipher &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key->bytes.reveal()),
                         bytes_of(nonce)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(context), size_of(context)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes_of(plain.writable()), &size, bytes_of(body),
                        size_of(body)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1;
  if (!set_up) return cannot("open what is sealed");
  if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain.writable()) + size, &size) != 1)
    return make_error(ErrorKind::unavailable,
                      "the store holds a sealed value that was changed, or is somebody else's");
  return plain;
}

}  // namespace sms2fa
