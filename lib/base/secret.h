// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sms2fa {

// Bytes that must not outlive their use: a code, a key, an answer. They live in OpenSSL's secure
// heap (locked, guarded, wiped on free) once reserve_locked_memory() has succeeded, and in ordinary
// memory that is wiped on free before that. Move-only; nothing prints it or turns it into a string
// by itself.
class Secret {
 public:
  Secret() = default;
  // Copies `bytes`. Throws std::bad_alloc when the locked heap is exhausted. The caller still owns,
  // and wipes, what it copied from.
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // A second copy, for the few places that must hand one on. Throws std::bad_alloc.
  Secret clone() const { return Secret(reveal()); }

  // The bytes themselves, valid until this Secret is assigned to, moved from or destroyed. Never
  // pass the view to a log, an error message or a container.
  std::string_view reveal() const { return {data_, size_}; }
  char* writable() { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  void wipe_and_free() noexcept;

  char* data_ = nullptr;
  size_t size_ = 0;
};

// True when both hold the same bytes. Time depends on the lengths only.
bool equal_in_constant_time(const Secret& a, const Secret& b);

// Overwrites the whole capacity of an ordinary string that held a secret, and empties it.
void wipe(std::string& text) noexcept;

// Sets aside `bytes` (a power of two) of locked memory for every later Secret. False when the
// kernel refuses (RLIMIT_MEMLOCK). Call once, before the first thread.
bool reserve_locked_memory(size_t bytes);

}  // namespace sms2fa
