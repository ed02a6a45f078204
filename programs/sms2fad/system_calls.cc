// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/system_calls.h"

#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace sms2fa {

namespace {

// By name, because not every architecture has each of them, nor every libseccomp; the ones in pairs
// are the same call with 32 and 64 bits.
constexpr const char* kAllowed[] = {
    // files: SQLite, the outbox, configuration, name services, certificates
    "access", "close", "close_range", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir",
    "fchmod", "fdatasync", "flock", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64",
    "fsync", "ftruncate", "ftruncate64", "getcwd", "getdents", "getdents64", "link", "linkat",
    "lseek", "_llseek", "lstat", "lstat64", "mkdir", "mkdirat", "newfstatat", "open", "openat",
    "openat2", "pread64", "preadv", "pwrite64", "pwritev", "read", "readlink", "readlinkat",
    "readv", "rename", "renameat", "renameat2", "rmdir", "stat", "stat64", "statfs", "statfs64",
    "statx", "umask", "unlink", "unlinkat", "utimensat", "utimensat_time64", "write", "writev",
    "fcntl", "fcntl64", "dup", "dup2", "dup3",
    // memory
    "brk", "madvise", "membarrier", "mlock", "mlock2", "mremap", "munlock", "munmap",
    // threads, signals, time
    "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "exit", "exit_group", "futex", "futex_time64", "futex_waitv",
    "get_robust_list", "getcpu", "getpriority", "getrandom", "getrusage", "gettid", "gettimeofday",
    "nanosleep", "restart_syscall", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
    "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_sigtimedwait_time64",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list",
    "set_tid_address", "sigaltstack", "sigprocmask", "sigreturn", "time", "times",
    // who and where
    "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups",
    "getgroups32", "getpgrp", "getpid", "getppid", "getresgid", "getresgid32", "getresuid",
    "getresuid32", "getrlimit", "getsid", "getuid", "getuid32", "sysinfo", "ugetrlimit", "uname",
    // waiting
    "_newselect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2",
    "epoll_wait", "eventfd", "eventfd2", "pipe", "pipe2", "poll", "ppoll", "ppoll_time64",
    "pselect6", "pselect6_time64", "select", "signalfd", "signalfd4", "timerfd_create",
    "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64",
    // sockets that are there; socket() itself is below
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "recv",
    "recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto",
    "setsockopt", "shutdown", "socketpair"};

constexpr const char* kFatal[] = {"add_key",
                                  "bpf",
                                  "chroot",
                                  "delete_module",
                                  "execve",
                                  "execveat",
                                  "finit_module",
                                  "fsconfig",
                                  "fsmount",
                                  "fsopen",
                                  "init_module",
                                  "ioperm",
                                  "iopl",
                                  "kexec_file_load",
                                  "kexec_load",
                                  "keyctl",
                                  "mount",
                                  "mount_setattr",
                                  "move_mount",
                                  "open_by_handle_at",
                                  "open_tree",
                                  "perf_event_open",
                                  "pidfd_getfd",
                                  "pivot_root",
                                  "process_vm_readv",
                                  "process_vm_writev",
                                  "ptrace",
                                  "quotactl",
                                  "reboot",
                                  "request_key",
                                  "setns",
                                  "swapoff",
                                  "swapon",
                                  "umount2",
                                  "unshare",
                                  "userfaultfd"};

struct ReleaseFilter {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

class Filter {
 public:
  Filter() : filter_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    if (!filter_) error_ = ENOMEM;
    attribute(SCMP_FLTATR_CTL_TSYNC, 1);
    // Calls of a foreign architecture (32-bit ones on x86_64) are none of the listed.
    attribute(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    // A binary tree instead of a long walk for each call.
    attribute(SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  void add(uint32_t action, const char* name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || error_ != 0) return;
    error_ = -seccomp_rule_add_array(filter_.get(), action, number,
                                     static_cast<unsigned>(conditions.size()), conditions.data());
  }

  void allow(const char* name, const std::vector<scmp_arg_cmp>& conditions = {}) {
    add(SCMP_ACT_ALLOW, name, conditions);
  }

  // 0 or an errno value.
  int load() {
    if (error_ == 0) error_ = -seccomp_load(filter_.get());
    return error_;
  }

 private:
  void attribute(scmp_filter_attr which, uint32_t value) {
    if (error_ == 0) error_ = -seccomp_attr_set(filter_.get(), which, value);
  }

  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, ReleaseFilter> filter_;
  int error_ = 0;
};

scmp_arg_cmp is(unsigned argument, uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp has(unsigned argument, uint64_t mask, uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void allow_memory(Filter& filter) {
  // Either executable or writable; and what once was writable never becomes executable.
  for (const char* name : {"mmap", "mmap2"})
    for (const int protection : {PROT_EXEC, PROT_WRITE})
      filter.allow(name, {has(2, static_cast<uint64_t>(protection), 0)});
  filter.allow("mprotect", {has(2, PROT_EXEC, 0)});
}

void allow_threads(Filter& filter) {
  // clone3() keeps its flags where a filter cannot look; libc falls back to clone().
#if defined(__s390__) || defined(__CRIS__)
  constexpr unsigned kFlags = 1;
#else
  constexpr unsigned kFlags = 0;
#endif
  filter.allow("clone", {has(kFlags, CLONE_THREAD, CLONE_THREAD)});
  // abort()
  filter.allow("tgkill", {is(0, static_cast<uint64_t>(getpid()))});
  filter.allow("prctl", {is(0, PR_SET_NAME)});
  filter.allow("prctl", {is(0, PR_GET_NAME)});
  // Reading one's own limits only: that is how libc learns the size of a stack.
  filter.allow("prlimit64", {is(0, 0), is(2, 0)});
}

void allow_sockets(Filter& filter) {
  constexpr uint64_t kKind = 0xf;  // without SOCK_CLOEXEC and SOCK_NONBLOCK
  filter.allow("socket", {is(0, AF_UNIX)});
  for (const int family : {AF_INET, AF_INET6})
    for (const int kind : {SOCK_STREAM, SOCK_DGRAM})
      filter.allow("socket", {is(0, static_cast<uint64_t>(family)),
                              has(1, kKind, static_cast<uint64_t>(kind))});
  for (const unsigned long request : {FIONREAD, FIONBIO, TCGETS, SIOCGIFINDEX})
    filter.allow("ioctl", {is(1, request)});
}

}  // namespace

Result<void> allow_only_known_system_calls() {
  Filter filter;
  for (const char* name : kAllowed) filter.allow(name);
  for (const char* name : kFatal) filter.add(SCMP_ACT_KILL_PROCESS, name);
  allow_memory(filter);
  allow_threads(filter);
  allow_sockets(filter);
  if (const int error = filter.load(); error != 0)
    return make_error(ErrorKind::permission,
                      std::string("sandbox: the filter of system calls: ") + std::strerror(error));
  return {};
}

}  // namespace sms2fa
