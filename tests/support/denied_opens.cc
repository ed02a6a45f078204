// SPDX-License-Identifier: Apache-2.0
// Preloaded into the daemon by cli/bad_night_cases.py: opening the file that /etc/denied names
// fails as under a profile of AppArmor's that does not allow it.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "tests/support/next_function.h"

namespace {

using Open = int(const char*, int, ...);

bool is_denied(Open* next, const char* path) {
  const int fd = next("/etc/denied", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::array<char, 256> denied{};
  const ssize_t size = read(fd, denied.data(), denied.size() - 1);
  close(fd);
  return size > 0 && strcmp(denied.data(), path) == 0;
}

int open_or_not(const char* name, const char* path, int flags, int mode) {
  auto* const next = sms2fa::test::next_function<Open>(name);
  if (!is_denied(next, path)) return next(path, flags, mode);
  errno = EACCES;
  return -1;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = va_arg(arguments, int);
  va_end(arguments);
  return open_or_not("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = va_arg(arguments, int);
  va_end(arguments);
  return open_or_not("open64", path, flags, mode);
}

}  // extern "C"
