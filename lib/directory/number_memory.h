// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory_resource>

#include "lib/base/mutex.h"

namespace sms2fa {

// Memory for what cannot do without: from malloc(), and when that has none, from a few MiB put
// aside before. Thread-safe.
class SpareMemory {
 public:
  using Malloc = void* (*)(size_t size);
  using Realloc = void* (*)(void* memory, size_t size);

  // The bytes put aside are touched, and so take room, only when they are needed.
  explicit SpareMemory(Malloc from = nullptr, Realloc again = nullptr);
  SpareMemory(const SpareMemory&) = delete;
  SpareMemory& operator=(const SpareMemory&) = delete;
  ~SpareMemory();

  // As malloc(), realloc() and free(): null when what was put aside is used up as well.
  void* allocate(size_t size) noexcept;
  void* reallocate(void* memory, size_t size) noexcept;
  void release(void* memory) noexcept;

 private:
  bool is_spare(const void* memory) const;
  void* take_spare(size_t size) noexcept;

  const Malloc malloc_;
  const Realloc realloc_;
  std::byte* const bytes_;
  Mutex mutex_;
  std::pmr::monotonic_buffer_resource part_ GUARDED_BY(mutex_);
  std::pmr::unsynchronized_pool_resource pool_ GUARDED_BY(mutex_);
};

// Gives ICU, with which libphonenumber matches, such a memory: without any it reads through a null
// pointer, or libphonenumber ends the process. To be called before the first number is read.
void put_memory_aside_for_numbers();

}  // namespace sms2fa
