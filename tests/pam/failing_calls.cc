// SPDX-License-Identifier: Apache-2.0
// <sys/socket.h> and <fcntl.h> stay out: with _FORTIFY_SOURCE they define what is defined here.
#include "tests/pam/failing_calls.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>

namespace sms2fa::test {

namespace {

struct Call {
  const char* name;
  std::array<int, 3> errors;  // 0: no more
};

// What the manual pages name, and what a sandbox or a full machine would make of it.
constexpr Call kCalls[] = {
    {"malloc", {ENOMEM}},
    {"getrandom", {EAGAIN, ENOSYS, EINTR}},
    {"socket", {EMFILE, ENOBUFS, EACCES}},
    {"fcntl", {EMFILE}},
    {"connect", {ECONNREFUSED, EACCES, EAGAIN}},
    {"getsockopt", {ENOBUFS, EPERM}},
    {"getpwnam_r", {EIO, EMFILE, ERANGE}},
    {"poll", {ENOMEM, EINVAL, EINTR}},
    {"recv", {ENOMEM, ECONNRESET, EINTR}},
    {"send", {ENOBUFS, ENOMEM, EINTR}},
};

FailingCalls plan;
std::atomic<bool> armed{false};
unsigned made = 0;
const char* last_failed = "";

int error_of(const char* name) noexcept {
  for (const auto& call : kCalls) {
    if (strcmp(call.name, name) != 0) continue;
    unsigned known = 0;
    while (known < call.errors.size() && call.errors[known] != 0) ++known;
    return call.errors[plan.error % known];
  }
  return EIO;
}

}  // namespace

void arm(const FailingCalls& failing) {
  plan = failing;
  made = 0;
  last_failed = "";
  armed = true;
}

unsigned disarm() {
  armed = false;
  return made;
}

std::string failed_call() {
  return last_failed;
}

bool call_fails(const char* name) noexcept {
  if (!armed) return false;
  ++made;
  if (plan.first == 0 || made < plan.first) return false;
  const int error = error_of(name);
  if (made > plan.first) {
    // Interrupted or told to try again for ever is nothing that happens.
    if (!plan.and_later || error == EINTR || error == EAGAIN) return false;
  }
  last_failed = name;
  errno = error;
  return true;
}

Unarmed::Unarmed() noexcept : was_armed_(armed.exchange(false)) {}

Unarmed::~Unarmed() {
  armed = was_armed_;
}

}  // namespace sms2fa::test

using sms2fa::test::call_fails;

// TSan must see these calls itself.
#ifndef __SANITIZE_THREAD__
struct sockaddr;

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  if (call_fails("socket")) return -1;
  return static_cast<int>(syscall(SYS_socket, domain, type, protocol));
}

int connect(int fd, const sockaddr* address, unsigned size) {
  if (call_fails("connect")) return -1;
  return static_cast<int>(syscall(SYS_connect, fd, address, size));
}

int getsockopt(int fd, int level, int option, void* value, unsigned* size) noexcept {
  if (call_fails("getsockopt")) return -1;
  return static_cast<int>(syscall(SYS_getsockopt, fd, level, option, value, size));
}

int fcntl(int fd, int command, ...) {
  if (call_fails("fcntl")) return -1;
  va_list values;
  va_start(values, command);
  const long value = va_arg(values, long);
  va_end(values);
  return static_cast<int>(syscall(SYS_fcntl, fd, command, value));
}

ssize_t recv(int fd, void* memory, size_t size, int flags) {
  if (call_fails("recv")) return -1;
  return syscall(SYS_recvfrom, fd, memory, size, flags, nullptr, nullptr);
}

ssize_t __recv_chk(int fd, void* memory, size_t size, size_t, int flags) {
  return recv(fd, memory, size, flags);
}

ssize_t send(int fd, const void* memory, size_t size, int flags) {
  if (call_fails("send")) return -1;
  return syscall(SYS_sendto, fd, memory, size, flags, nullptr, 0);
}

ssize_t getrandom(void* memory, size_t size, unsigned flags) {
  if (call_fails("getrandom")) return -1;
  return syscall(SYS_getrandom, memory, size, flags);
}

#ifndef __SANITIZE_ADDRESS__  // which owns the allocator
void* __libc_malloc(size_t size) noexcept;
void* __libc_calloc(size_t count, size_t size) noexcept;
void* __libc_realloc(void* memory, size_t size) noexcept;

void* malloc(size_t size) noexcept {
  return call_fails("malloc") ? nullptr : __libc_malloc(size);
}

void* calloc(size_t count, size_t size) noexcept {
  return call_fails("malloc") ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) noexcept {
  return call_fails("malloc") ? nullptr : __libc_realloc(memory, size);
}
#endif

}  // extern "C"
#endif
