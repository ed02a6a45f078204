// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_memory.h"

#include <malloc.h>
#include <unicode/uclean.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

namespace sms2fa {

namespace {

constexpr size_t kAside = size_t{4} << 20;
// A block's size stands before it, and keeps it aligned.
constexpr size_t kHeader = alignof(std::max_align_t);
// Larger ones do not come back into the pool; ICU asks for none.
constexpr size_t kLargestPooled = size_t{64} << 10;

// Of the block with its header. The pool aligns what is a multiple of the alignment.
size_t rounded(size_t size) {
  return (size + 2 * kHeader - 1) / kHeader * kHeader;
}

size_t size_of_spare(const void* memory) {
  size_t size = 0;
  std::memcpy(&size, static_cast<const std::byte*>(memory) - kHeader, sizeof size);
  return size;
}

SpareMemory& spare(const void* context) {
  return *static_cast<SpareMemory*>(const_cast<void*>(context));
}

void* icu_malloc(const void* context, size_t size) {
  return spare(context).allocate(size);
}

void* icu_realloc(const void* context, void* memory, size_t size) {
  return spare(context).reallocate(memory, size);
}

void icu_free(const void* context, void* memory) {
  spare(context).release(memory);
}

}  // namespace

SpareMemory::SpareMemory(Malloc from, Realloc again)
    : malloc_(from != nullptr ? from : std::malloc),
      realloc_(again != nullptr ? again : std::realloc),
      bytes_(new std::byte[kAside]),
      part_(bytes_, kAside, std::pmr::null_memory_resource()),
      pool_({.max_blocks_per_chunk = 0, .largest_required_pool_block = kLargestPooled}, &part_) {}

SpareMemory::~SpareMemory() {
  pool_.release();
  delete[] bytes_;
}

bool SpareMemory::is_spare(const void* memory) const {
  const auto* byte = static_cast<const std::byte*>(memory);
  return std::greater_equal<>()(byte, bytes_) && std::less<>()(byte, bytes_ + kAside);
}

void* SpareMemory::take_spare(size_t size) noexcept {
  if (size > kAside) return nullptr;
  const MutexLock lock(mutex_);
  try {
    auto* block = static_cast<std::byte*>(pool_.allocate(rounded(size)));
    std::memcpy(block, &size, sizeof size);
    return block + kHeader;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* SpareMemory::allocate(size_t size) noexcept {
  void* memory = malloc_(size);
  return memory != nullptr ? memory : take_spare(size);
}

void* SpareMemory::reallocate(void* memory, size_t size) noexcept {
  if (memory == nullptr) return allocate(size);
  const bool was_spare = is_spare(memory);
  if (!was_spare)
    if (void* moved = realloc_(memory, size); moved != nullptr) return moved;
  void* moved = was_spare ? allocate(size) : take_spare(size);
  if (moved == nullptr) return nullptr;
  const size_t before = was_spare ? size_of_spare(memory) : malloc_usable_size(memory);
  std::memcpy(moved, memory, std::min(before, size));
  release(memory);
  return moved;
}

void SpareMemory::release(void* memory) noexcept {
  if (!is_spare(memory)) {
    std::free(memory);
    return;
  }
  const MutexLock lock(mutex_);
  pool_.deallocate(static_cast<std::byte*>(memory) - kHeader, rounded(size_of_spare(memory)));
}

void put_memory_aside_for_numbers() {
  // ICU keeps what it has until the very end of the process, and so must this.
  static SpareMemory* const memory = new SpareMemory;
  UErrorCode status = U_ZERO_ERROR;
  u_setMemoryFunctions(memory, icu_malloc, icu_realloc, icu_free, &status);
  if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
}

}  // namespace sms2fa
