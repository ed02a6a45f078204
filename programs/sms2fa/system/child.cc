// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <exception>

#include "lib/base/unique_fd.h"

namespace sms2fa {

namespace {

constexpr size_t kLongestText = size_t{1} << 20;

[[noreturn]] void be_the_child(const std::function<int(int)>& work, int out) {
  int code = EX_SOFTWARE;
  try {
    code = work(out);
  } catch (const std::exception&) {
    code = EX_SOFTWARE;
  }
  _exit(code);
}

// True when the child has closed its end.
bool read_until(int fd, SteadyTime deadline, std::string& text) {
  char buffer[4096];
  while (text.size() < kLongestText) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched = {fd, POLLIN, 0};
    const int ready = poll(&watched, 1, static_cast<int>(std::max(left.count(), int64_t{0})));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got == 0) return true;
    if (got > 0) text.append(buffer, static_cast<size_t>(got));
    if (got < 0 && errno != EINTR) return true;
  }
  return false;
}

}  // namespace

ChildEnd in_child(Milliseconds patience, const std::function<int(int out)>& work) {
  ChildEnd end;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return end;
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = fork();
  if (child < 0) return end;
  if (child == 0) be_the_child(work, writer.get());
  writer.reset();
  end.late = !read_until(reader.get(), std::chrono::steady_clock::now() + patience, end.text);
  if (end.late) kill(child, SIGKILL);
  while (waitpid(child, &end.status, 0) < 0 && errno == EINTR) {
  }
  return end;
}

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/local/bin/", "/bin/"})
    if (std::string path = folder + name; access(path.c_str(), X_OK) == 0) return path;
  return {};
}

ChildEnd run_program(const std::vector<std::string>& words, Milliseconds patience) {
  return in_child(patience, [&words](int out) {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    // Nothing of the caller's. sudo 1.9.16 crashes without a PATH.
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* const environment[] = {path, nullptr};
    if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0) return EX_OSERR;
    execve(arguments[0], arguments.data(), environment);
    return EX_OSFILE;
  });
}

}  // namespace sms2fa
