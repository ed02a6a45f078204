// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/scripted_daemon.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "tests/pam/daemon_role.h"

namespace sms2fa::test {

namespace {

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string(what) + ": " + strerror(errno));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  must(path.size() < sizeof address.sun_path, "the path of the socket is too long");
  memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

UniqueFd seqpacket(int more) {
  UniqueFd fd(socket(AF_UNIX, SOCK_SEQPACKET | more, 0));
  must(fd.valid(), "socket");
  return fd;
}

// The credentials that a client sees are those at listen().
void become(uid_t uid) {
  must(setgroups(0, nullptr) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0,
       "cannot change the user id");
}

UniqueFd listen_at(const std::string& path, const std::vector<Word>& uid, int backlog) {
  UniqueFd fd = seqpacket(0);
  const sockaddr_un address = address_of(path);
  must(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  must(chmod(path.c_str(), 0666) == 0, "chmod");
  if (!uid.empty()) become(static_cast<uid_t>(std::stoul(uid[0].text)));
  must(listen(fd.get(), backlog) == 0, "listen");
  return fd;
}

// Connects until the listener's queue is full.
std::vector<UniqueFd> crowd(const std::string& path) {
  std::vector<UniqueFd> all;
  const sockaddr_un address = address_of(path);
  while (true) {
    UniqueFd fd = seqpacket(SOCK_NONBLOCK);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return all;
    all.push_back(std::move(fd));
  }
}

void wait_for(int fd) {
  pollfd watched = {fd, POLLIN, 0};
  while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace

ScriptedDaemon::ScriptedDaemon(const Script& script, const std::string& socket,
                               unsigned clock_factor) {
  if (script.says("daemon", "absent") || script.section("daemon").empty()) return;
  if (script.says("daemon", "file")) {
    std::ofstream(socket) << "not a socket\n";
    return;
  }
  int ready[2];
  int run_over[2];
  must(pipe2(ready, O_CLOEXEC) == 0 && pipe2(run_over, O_CLOEXEC) == 0, "pipe");
  pid_ = fork();
  must(pid_ >= 0, "fork");
  if (pid_ == 0) {
    close(ready[0]);
    close(run_over[1]);
    run(script, socket, ready[1], run_over[0], clock_factor);
  }
  close(ready[1]);
  close(run_over[0]);
  run_ = UniqueFd(run_over[1]);
  char byte = 0;
  const ssize_t got = read(ready[0], &byte, 1);
  close(ready[0]);
  must(got == 1, "the daemon of the script did not start");
}

void ScriptedDaemon::run(const Script& script, const std::string& socket, int ready, int end_of_run,
                         unsigned clock_factor) {
  int status = EXIT_FAILURE;
  try {
    const bool crowded = script.says("daemon", "crowded");
    UniqueFd listener = listen_at(socket, script.after("daemon", "uid"), crowded ? 0 : 8);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto others = crowded ? crowd(socket) : std::vector<UniqueFd>();
    must(write(ready, "r", 1) == 1, "write");
    if (crowded)
      wait_for(end_of_run);
    else
      DaemonRole(script, std::move(listener), end_of_run, clock_factor).play();
    status = EXIT_SUCCESS;
  } catch (const std::exception& error) {
    (void)fprintf(stderr, "daemon: %s\n", error.what());
  }
  _exit(status);
}

ScriptedDaemon::~ScriptedDaemon() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ScriptedDaemon::wait_until_done() const {
  siginfo_t info{};
  while (pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

bool ScriptedDaemon::finish() {
  run_.reset();
  if (pid_ <= 0) return true;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

}  // namespace sms2fa::test
