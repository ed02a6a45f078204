// SPDX-License-Identifier: Apache-2.0
#include "lib/base/secret.h"

#include <openssl/crypto.h>

#include <cstring>
#include <new>
#include <utility>

namespace sms2fa {

namespace {
constexpr size_t kSmallestBlock = 32;
}

Secret::Secret(std::string_view bytes) {
  if (bytes.empty()) return;
  data_ = static_cast<char*>(OPENSSL_secure_malloc(bytes.size()));
  if (data_ == nullptr) throw std::bad_alloc();
  std::memcpy(data_, bytes.data(), bytes.size());
  size_ = bytes.size();
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe_and_free();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() {
  wipe_and_free();
}

void Secret::wipe_and_free() noexcept {
  OPENSSL_secure_clear_free(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

bool equal_in_constant_time(const Secret& a, const Secret& b) {
  if (a.size() != b.size()) return false;
  return CRYPTO_memcmp(a.reveal().data(), b.reveal().data(), a.size()) == 0;
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

bool reserve_locked_memory(size_t bytes) {
  // 2 means "reserved but not locked": not good enough.
  return CRYPTO_secure_malloc_init(bytes, kSmallestBlock) == 1;
}

}  // namespace sms2fa
