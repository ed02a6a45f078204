// SPDX-License-Identifier: Apache-2.0
#include "lib/directory/number_memory.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

bool there_is_memory = true;

void* malloc_or_not(size_t size) {
  return there_is_memory ? std::malloc(size) : nullptr;
}

void* realloc_or_not(void* memory, size_t size) {
  return there_is_memory ? std::realloc(memory, size) : nullptr;
}

// In which there is memory until somebody says otherwise.
struct Memory : SpareMemory {
  Memory() : SpareMemory(malloc_or_not, realloc_or_not) { there_is_memory = true; }
  ~Memory() { there_is_memory = true; }
};

void* filled(Memory& memory, size_t size, int with) {
  void* block = memory.allocate(size);
  REQUIRE(block != nullptr);
  std::memset(block, with, size);
  return block;
}

bool holds(const void* block, size_t size, int what) {
  const auto* bytes = static_cast<const unsigned char*>(block);
  for (size_t i = 0; i < size; ++i)
    if (bytes[i] != what) return false;
  return true;
}

}  // namespace

TEST(there_is_some_left_when_malloc_has_none) {
  Memory memory;
  there_is_memory = false;
  std::vector<void*> blocks;
  for (size_t size = 1; size <= 40'000; size = size * 2 + 1)
    blocks.push_back(filled(memory, size, static_cast<int>(blocks.size())));
  size_t size = 1;
  for (size_t i = 0; i < blocks.size(); ++i, size = size * 2 + 1) {
    CHECK_EQ(reinterpret_cast<uintptr_t>(blocks[i]) % alignof(std::max_align_t), 0u);
    CHECK(holds(blocks[i], size, static_cast<int>(i)));
    memory.release(blocks[i]);
  }
}

TEST(what_was_put_aside_is_given_back_and_used_again) {
  Memory memory;
  there_is_memory = false;
  for (int round = 0; round < 10'000; ++round) memory.release(filled(memory, 8'000, round % 256));
}

TEST(what_was_put_aside_ends_too) {
  Memory memory;
  there_is_memory = false;
  CHECK(memory.allocate(SIZE_MAX) == nullptr);
  CHECK(memory.allocate(SIZE_MAX - 8) == nullptr);
  std::vector<void*> blocks;
  while (void* block = memory.allocate(10'000)) blocks.push_back(block);
  CHECK(blocks.size() > 50);
  CHECK(memory.reallocate(blocks[0], 60'000) == nullptr);
  for (void* block : blocks) memory.release(block);
  CHECK(memory.allocate(10'000) != nullptr);
}

TEST(a_block_grows_and_shrinks_wherever_it_is) {
  for (const bool at_first : {true, false})
    for (const bool later : {true, false})
      for (const size_t size : {50u, 5'000u}) {
        Memory memory;
        there_is_memory = at_first;
        void* block = filled(memory, 500, 7);
        there_is_memory = later;
        block = memory.reallocate(block, size);
        REQUIRE(block != nullptr);
        CHECK(holds(block, std::min<size_t>(size, 500), 7));
        memory.release(block);
      }
}

TEST(nothing_grows_and_is_released) {
  Memory memory;
  memory.release(nullptr);
  void* block = memory.reallocate(nullptr, 10);
  CHECK(block != nullptr);
  memory.release(block);
}
