// SPDX-License-Identifier: Apache-2.0
// Preloaded into the daemon by e2e/neighbours_test.py: a disk that takes 17 ms to have written.
#include <time.h>
#include <unistd.h>

#include "tests/support/next_function.h"

namespace {

int late(int (*sync)(int), int fd) {
  const timespec wait = {0, 17'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nullptr);
  return sync(fd);
}

}  // namespace

extern "C" {

int fsync(int fd) {
  static auto* const next = sms2fa::test::next_function<int(int)>("fsync");
  return late(next, fd);
}

int fdatasync(int fd) {
  static auto* const next = sms2fa::test::next_function<int(int)>("fdatasync");
  return late(next, fd);
}

}  // extern "C"
