// SPDX-License-Identifier: Apache-2.0
// Processes, identities, memory: what an intruder's code would try first.
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "tests/sandbox/act.h"

namespace sms2fa::test {

namespace {

constexpr size_t kPage = 4096;

int run_program(const Ground&) {
  execl("/bin/true", "true", nullptr);
  return errno;
}

int run_program_at(const Ground&) {
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  char* const nothing[] = {nullptr};
  return call_result(syscall(SYS_execveat, AT_FDCWD, name, arguments, nothing, 0));
}

int fork_child(const Ground&) {
  // The raw call, for fork() of a later libc may make another.
  const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  if (child < 0) return errno;
  return call_result(waitpid(static_cast<pid_t>(child), nullptr, 0));
}

int clone_with_hidden_flags(const Ground&) {
  struct {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  } arguments{};
  arguments.exit_signal = SIGCHLD;
  const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) _exit(0);
  if (child < 0) return errno;
  return call_result(waitpid(static_cast<pid_t>(child), nullptr, 0));
}

int start_thread(const Ground&) {
  bool ran = false;
  std::thread([&ran] { ran = true; }).join();
  return ran ? 0 : EAGAIN;
}

int be_traced(const Ground&) {
  return call_result(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
}

int read_memory_of_process(const Ground&) {
  char from = 1;
  char to = 0;
  const iovec local = {&to, 1};
  const iovec remote = {&from, 1};
  return call_result(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}

int write_memory_of_process(const Ground&) {
  char from = 1;
  char to = 0;
  const iovec local = {&from, 1};
  const iovec remote = {&to, 1};
  return call_result(process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
}

int signal_parent(const Ground&) {
  return call_result(kill(getppid(), 0));
}

int signal_a_thread_of_the_parent(const Ground&) {
  return call_result(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

int open_handle_of_parent(const Ground&) {
  return call_result(syscall(SYS_pidfd_open, getppid(), 0));
}

int become_root(const Ground&) {
  return call_result(syscall(SYS_setresuid, 0, 0, 0));
}

int join_root_group(const Ground&) {
  return call_result(syscall(SYS_setresgid, 0, 0, 0));
}

int join_groups(const Ground&) {
  const gid_t group = 0;
  return call_result(syscall(SYS_setgroups, 1, &group));
}

int take_capabilities(const Ground&) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  data[0].effective = data[0].permitted = 1U << CAP_DAC_OVERRIDE;
  return call_result(syscall(SYS_capset, &header, data));
}

int allow_core_dumps(const Ground&) {
  const rlimit core = {kPage, kPage};
  return call_result(setrlimit(RLIMIT_CORE, &core));
}

int allow_inspection(const Ground&) {
  return call_result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

int dump_core(const Ground&) {
  std::abort();
}

int change_personality(const Ground&) {
  return call_result(personality(ADDR_NO_RANDOMIZE));
}

int raise_priority(const Ground&) {
  return call_result(setpriority(PRIO_PROCESS, 0, -1));
}

int map_writable_code(const Ground&) {
  void* const page =
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? errno : 0;
}

int turn_memory_into_code(const Ground&) {
  void* const page =
      mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  return call_result(mprotect(page, kPage, PROT_READ | PROT_EXEC));
}

int make_nameless_file(const Ground&) {
  return call_result(syscall(SYS_memfd_create, "code", 0));
}

}  // namespace

int call_result(long result) {
  return result < 0 ? errno : 0;
}

std::vector<Act> process_acts() {
  return {
      {"run a program", run_program, kKilled},
      {"run a program by descriptor", run_program_at, kKilled},
      {"be traced", be_traced, kKilled},
      {"read a process's memory", read_memory_of_process, kKilled},
      {"write a process's memory", write_memory_of_process, kKilled},
      {"start a process", fork_child, ENOSYS},
      {"start a process by clone3", clone_with_hidden_flags, ENOSYS},
      {"start a thread", start_thread, 0},
      {"signal another process", signal_parent, ENOSYS},
      {"signal another process's thread", signal_a_thread_of_the_parent, ENOSYS},
      {"open another process", open_handle_of_parent, ENOSYS},
      {"become root", become_root, ENOSYS},
      {"join root's group", join_root_group, ENOSYS},
      {"join groups", join_groups, ENOSYS},
      {"take capabilities", take_capabilities, ENOSYS},
      {"allow core dumps", allow_core_dumps, ENOSYS},
      {"allow inspection", allow_inspection, ENOSYS},
      {"dump core", dump_core, kKilled, kKilled},
      {"change personality", change_personality, ENOSYS},
      {"raise its priority", raise_priority, ENOSYS},
      {"map writable code", map_writable_code, ENOSYS},
      {"turn memory into code", turn_memory_into_code, ENOSYS},
      {"make a nameless file", make_nameless_file, ENOSYS},
  };
}

}  // namespace sms2fa::test
