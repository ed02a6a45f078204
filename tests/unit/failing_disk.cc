// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/failing_disk.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <string_view>

#include "tests/support/next_function.h"

using sms2fa::test::next_function;

namespace {

std::string watched;
std::atomic<bool> armed = false;
std::atomic<bool> failed = false;
std::atomic<bool> for_good = false;
std::atomic<int> calls = 0;
std::atomic<int> failing_call = -1;
std::atomic<int> failing_error = 0;
std::atomic<int> good_syncs = 0;

bool fails_now() {
  const int call = calls++;
  if (call != failing_call && !(for_good && call > failing_call)) return false;
  failed = true;
  errno = failing_error;
  return true;
}

bool fails(std::string_view path) {
  return armed && path.starts_with(watched) && fails_now();
}

bool fails(int fd) {
  if (!armed) return false;
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size > 0 && fails(std::string_view(path, static_cast<size_t>(size)));
}

int counted(int result) {
  if (result == 0) ++good_syncs;
  return result;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  static auto* const next = next_function<ssize_t(int, const void*, size_t)>("write");
  return fails(fd) ? -1 : next(fd, data, size);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  static auto* const next = next_function<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return fails(fd) ? -1 : next(fd, data, size, at);
}

int fsync(int fd) {
  static auto* const next = next_function<int(int)>("fsync");
  return fails(fd) ? -1 : counted(next(fd));
}

int fdatasync(int fd) {
  static auto* const next = next_function<int(int)>("fdatasync");
  return fails(fd) ? -1 : counted(next(fd));
}

int ftruncate64(int fd, off64_t size) noexcept {
  static auto* const next = next_function<int(int, off64_t)>("ftruncate64");
  return fails(fd) ? -1 : next(fd, size);
}

int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
  static auto* const next =
      next_function<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return fails(from) ? -1 : next(from_fd, from, to_fd, to, flags);
}

int open64(const char* path, int flags, ...) {
  static auto* const next = next_function<int(const char*, int, ...)>("open64");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & O_CREAT) != 0 && access(path, F_OK) != 0 && fails(path)) return -1;
  return next(path, flags, mode);
}

}  // extern "C"

namespace sms2fa::test::failing_disk {

void fail_at(const std::string& directory, int n, int error, bool forever) {
  armed = false;
  watched = directory;
  calls = 0;
  failing_call = n;
  failing_error = error;
  for_good = forever;
  failed = false;
  armed = true;
}

int mend() {
  armed = false;
  return calls;
}

int syncs() {
  return good_syncs;
}

bool has_failed() {
  return failed;
}

}  // namespace sms2fa::test::failing_disk
