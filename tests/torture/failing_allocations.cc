// SPDX-License-Identifier: Apache-2.0
// Preloaded into the daemon by allocation_faults.py: the n-th allocation fails, alone or with all
// that follow. A file, shared with the test, says which.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace {

struct Plan {
  std::atomic<int64_t> first;  // from 1; 0: none fails, and none is counted
  std::atomic<int64_t> and_later;
  std::atomic<int64_t> made;
};

Plan* plan = nullptr;

__attribute__((constructor)) void find_plan() {
  const char* path = getenv("SMS2FA_TEST_ALLOCATIONS");
  if (path == nullptr) return;
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) abort();
  void* memory = mmap(nullptr, sizeof(Plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) abort();
  plan = static_cast<Plan*>(memory);
}

bool fails() noexcept {
  if (plan == nullptr) return false;
  const int64_t first = plan->first;
  if (first == 0) return false;
  const int64_t number = ++plan->made;
  if (number < first || (number > first && plan->and_later == 0)) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* __libc_malloc(size_t size) noexcept;
void* __libc_calloc(size_t count, size_t size) noexcept;
void* __libc_realloc(void* memory, size_t size) noexcept;
void* __libc_memalign(size_t alignment, size_t size) noexcept;

void* malloc(size_t size) noexcept {
  return fails() ? nullptr : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) noexcept {
  return fails() ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) noexcept {
  return fails() ? nullptr : __libc_realloc(memory, size);
}

void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}

}  // extern "C"
