// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/host_state.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <fstream>

namespace sms2fa::test {

namespace {

constexpr int kDescriptorsLookedAt = 1024;

std::string number(uint64_t value) {
  return std::to_string(value);
}

// Handlers and masks of all signals, the mask of this thread, and the interval timer.
std::string signals() {
  std::string all;
  sigset_t mask;
  sigprocmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal < NSIG; ++signal) {
    all += sigismember(&mask, signal) == 1 ? 'b' : '-';
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    all += number(reinterpret_cast<uintptr_t>(action.sa_handler)) + "," +
           number(static_cast<unsigned>(action.sa_flags)) + " ";
  }
  stack_t stack{};
  sigaltstack(nullptr, &stack);
  itimerval timer{};
  getitimer(ITIMER_REAL, &timer);
  return all + number(reinterpret_cast<uintptr_t>(stack.ss_sp)) + "," +
         number(static_cast<uint64_t>(timer.it_interval.tv_usec));
}

std::string environment() {
  std::string all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    all += number(reinterpret_cast<uintptr_t>(*entry)) + *entry + "\n";
  return all;
}

std::string ids() {
  uid_t uid[3];
  gid_t gid[3];
  if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
    return "?";
  std::string all;
  for (const uid_t one : uid) all += number(one) + " ";
  for (const gid_t one : gid) all += number(one) + " ";
  std::array<gid_t, 256> groups{};
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  for (int i = 0; i < count; ++i) all += number(groups[static_cast<size_t>(i)]) + " ";
  return all;
}

std::string limits() {
  std::string all;
  for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
    rlimit limit{};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    all += number(limit.rlim_cur) + "/" + number(limit.rlim_max) + " ";
  }
  return all;
}

std::string file_mask() {
  const mode_t mask = umask(0);
  umask(mask);
  return number(mask);
}

std::string working_directory() {
  std::array<char, 4096> path{};
  return getcwd(path.data(), path.size()) != nullptr ? path.data() : "?";
}

// One link for each thread, and two more.
std::string threads() {
  struct stat status {};
  return stat("/proc/self/task", &status) == 0 ? number(status.st_nlink) : "?";
}

std::string process() {
  std::array<char, 17> name{};
  prctl(PR_GET_NAME, name.data());
  return number(static_cast<uint64_t>(getpid())) + " " + number(static_cast<uint64_t>(getppid())) +
         " " + number(static_cast<uint64_t>(getsid(0))) + " " + name.data() +
         (prctl(PR_GET_DUMPABLE) != 0 ? " dumpable" : "") +
         (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0 ? " no_new_privs" : "");
}

std::string descriptor(int fd, int flags) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return "?";
  return number(status.st_dev) + ":" + number(status.st_ino) + " " + number(status.st_mode) + " " +
         number(static_cast<unsigned>(fcntl(fd, F_GETFL))) +
         ((flags & FD_CLOEXEC) != 0 ? " close-on-exec" : "");
}

}  // namespace

HostState HostState::capture() {
  HostState state;
  state.facts_ = {{"process", process()},         {"signals", signals()},
                  {"environment", environment()}, {"ids", ids()},
                  {"limits", limits()},           {"umask", file_mask()},
                  {"cwd", working_directory()},   {"locale", setlocale(LC_ALL, nullptr)},
                  {"threads", threads()}};
  for (int fd = 0; fd < kDescriptorsLookedAt; ++fd)
    if (const int flags = fcntl(fd, F_GETFD); flags >= 0)
      state.descriptors_[fd] = descriptor(fd, flags);
  return state;
}

std::vector<std::string> HostState::differences(const HostState& now) const {
  std::vector<std::string> found;
  for (const auto& [name, value] : facts_)
    if (now.facts_.at(name) != value)
      found.push_back(name + " changed: " + value + " -> " + now.facts_.at(name));
  for (const auto& [fd, what] : descriptors_)
    if (const auto other = now.descriptors_.find(fd);
        other == now.descriptors_.end() || other->second != what)
      found.push_back("descriptor " + std::to_string(fd) + " is gone or another");
  for (const auto& [fd, what] : now.descriptors_)
    if (!descriptors_.contains(fd)) found.push_back("descriptor " + std::to_string(fd) + " stayed");
  return found;
}

std::vector<std::string> HostState::differences_under_way(const HostState& now) const {
  HostState expected = *this;
  size_t connections = 0;
  for (const auto& [fd, what] : now.descriptors_) {
    if (descriptors_.contains(fd)) continue;
    if (fd < 3 || !what.ends_with(" close-on-exec")) continue;
    expected.descriptors_[fd] = what;
    ++connections;
  }
  auto found = expected.differences(now);
  if (connections > 1) found.push_back("more than one descriptor is open");
  return found;
}

}  // namespace sms2fa::test
