// SPDX-License-Identifier: Apache-2.0
// <syslog.h> and <poll.h> stay out: with _FORTIFY_SOURCE they define what is defined here.
#include "tests/pam/intercept.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "tests/pam/failing_calls.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SMS2FA_SANITIZER_OWNS_FREE 1
// Of <sanitizer/allocator_interface.h>, which GCC does not ship.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             size_t),
                                                         void (*free_hook)(const volatile void*));
#endif

namespace sms2fa::test {

namespace {

constexpr int kAuthpriv = 10 << 3;  // LOG_AUTHPRIV
constexpr long kSecond = 1'000'000'000;

std::mutex log_mutex;
std::vector<std::string> lines;

std::atomic<unsigned> clock_factor{1};
std::atomic<long> clock_start{0};
std::atomic<uid_t> service_account{0};
std::atomic<bool> service_account_exists{false};

struct Watched {
  std::atomic<const void*> memory;
  size_t size;
};
std::array<Watched, 64> watched;
std::atomic<int> kept{0};
std::atomic<int> not_wiped{0};

// Runs inside free(): no allocation here.
void look_at(const volatile void* memory) {
  if (kept.load() == 0 || memory == nullptr) return;
  for (auto& one : watched) {
    if (one.memory.load() != memory) continue;
    one.memory.store(nullptr);
    kept.fetch_sub(1);
    const auto* bytes = static_cast<const volatile char*>(memory);
    for (size_t i = 0; i < one.size; ++i) {
      if (bytes[i] == 0) continue;
      not_wiped.fetch_add(1);
      return;
    }
  }
}

__attribute__((format(printf, 2, 0))) void note(int priority, const char* format, va_list values) {
  static constexpr const char* kNames[] = {"EMERG",   "ALERT",  "CRIT", "ERR",
                                           "WARNING", "NOTICE", "INFO", "DEBUG"};
  const Unarmed own;
  char text[4096];
  (void)vsnprintf(text, sizeof text, format, values);
  std::string line = std::string(kNames[priority & 7]) + " " + text;
  if ((priority & ~7) != kAuthpriv) line = "(not authpriv) " + line;
  const std::lock_guard lock(log_mutex);
  lines.push_back(std::move(line));
}

int real_monotonic(timespec& now) {
  return static_cast<int>(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now));
}

}  // namespace

std::vector<std::string> log_lines() {
  const std::lock_guard lock(log_mutex);
  return lines;
}

void clear_log() {
  const std::lock_guard lock(log_mutex);
  lines.clear();
}

void speed_up_clock(unsigned factor) {
  timespec now{};
  real_monotonic(now);
  clock_start = now.tv_sec * kSecond + now.tv_nsec;
  clock_factor = factor;
}

void set_service_account(uid_t uid) {
  service_account = uid;
  service_account_exists = true;
}

void watch_answer(const void* memory, size_t size) {
#ifdef SMS2FA_SANITIZER_OWNS_FREE
  static const int installed =
      __sanitizer_install_malloc_and_free_hooks([](const volatile void*, size_t) {}, look_at);
  if (installed == 0) abort();
#endif
  for (auto& one : watched) {
    const void* nothing = nullptr;
    if (one.memory.load() != nullptr) continue;
    one.size = size;
    kept.fetch_add(1);
    if (one.memory.compare_exchange_strong(nothing, memory)) return;
  }
  abort();
}

int answers_kept() {
  return kept;
}

int answers_not_wiped() {
  return not_wiped;
}

}  // namespace sms2fa::test

using namespace sms2fa::test;

struct pollfd;

extern "C" {

__attribute__((format(printf, 2, 3))) void syslog(int priority, const char* format, ...) {
  va_list values;
  va_start(values, format);
  note(priority, format, values);
  va_end(values);
}

__attribute__((format(printf, 3, 4))) void __syslog_chk(int priority, int, const char* format,
                                                        ...) {
  va_list values;
  va_start(values, format);
  note(priority, format, values);
  va_end(values);
}

__attribute__((format(printf, 2, 0))) void vsyslog(int priority, const char* format,
                                                   va_list values) {
  note(priority, format, values);
}

__attribute__((format(printf, 3, 0))) void __vsyslog_chk(int priority, int, const char* format,
                                                         va_list values) {
  note(priority, format, values);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  if (clock != CLOCK_MONOTONIC || clock_factor == 1)
    return static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (real_monotonic(*now) != 0) return -1;
  const long real = now->tv_sec * kSecond + now->tv_nsec;
  const long shown = clock_start + (real - clock_start) * static_cast<long>(clock_factor);
  *now = {shown / kSecond, shown % kSecond};
  return 0;
}

int nanosleep(const timespec* time, timespec* left) {
  const long real = (time->tv_sec * kSecond + time->tv_nsec) / static_cast<long>(clock_factor);
  const timespec shorter = {real / kSecond, real % kSecond};
  return static_cast<int>(syscall(SYS_nanosleep, &shorter, left));
}

int poll(pollfd* watched_descriptors, unsigned long count, int timeout) {
  if (call_fails("poll")) return -1;
  const int factor = static_cast<int>(clock_factor);
  const int real = timeout < 0 ? timeout : (timeout + factor - 1) / factor;
  return static_cast<int>(syscall(SYS_poll, watched_descriptors, count, real));
}

// With _FORTIFY_SOURCE clang's calls come here, and g++'s where it does not see how many there are.
int __poll_chk(pollfd* watched_descriptors, unsigned long count, int timeout, unsigned long) {
  return poll(watched_descriptors, count, timeout);
}

int getpwnam_r(const char* name, passwd* entry, char*, size_t, passwd** found) {
  *found = nullptr;
  if (call_fails("getpwnam_r")) return errno;
  if (service_account_exists && strcmp(name, "_sms2fa") == 0) {
    *entry = {};
    entry->pw_uid = service_account;
    *found = entry;
  }
  return 0;
}

// libpam's audit log: there is none here, as on a kernel without it.
int audit_open() {
  errno = EPROTONOSUPPORT;
  return -1;
}

#ifndef SMS2FA_SANITIZER_OWNS_FREE
void __libc_free(void* memory) noexcept;

void free(void* memory) noexcept {
  look_at(memory);
  __libc_free(memory);
}
#endif

}  // extern "C"
