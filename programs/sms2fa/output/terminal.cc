// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/terminal.h"

#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

namespace sms2fa {

namespace {

constexpr std::array kWatchedSignals = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
                                        SIGTSTP, SIGTTIN, SIGTTOU};

volatile std::sig_atomic_t caught_signal = 0;

void catch_signal(int signal) {
  caught_signal = signal;
}

// While it lives, the watched signals wait for waiting_mask() to let them in, and are only noted.
class SignalWatch {
 public:
  SignalWatch() {
    caught_signal = 0;
    sigset_t blocked;
    sigemptyset(&blocked);
    struct sigaction noting = {};
    noting.sa_handler = catch_signal;
    for (size_t i = 0; i < kWatchedSignals.size(); ++i) {
      sigaddset(&blocked, kWatchedSignals[i]);
      sigaction(kWatchedSignals[i], nullptr, &before_[i]);
      // What is ignored, under nohup for example, stays ignored.
      if (before_[i].sa_handler != SIG_IGN) sigaction(kWatchedSignals[i], &noting, nullptr);
    }
    sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
  }
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch() {
    for (size_t i = 0; i < kWatchedSignals.size(); ++i)
      sigaction(kWatchedSignals[i], &before_[i], nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }

  const sigset_t* waiting_mask() const { return &mask_before_; }

 private:
  std::array<struct sigaction, kWatchedSignals.size()> before_{};
  sigset_t mask_before_{};
};

// While it lives, the terminal on standard input, if it is one, shows nothing that is typed.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() {
    if (active_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool active_ = false;
};

// One byte at a time, because what follows the line is for the next question.
Typed read_line(int other_fd, const sigset_t* mask, TypedLine& line) {
  while (caught_signal == 0) {
    pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {other_fd, POLLIN, 0}};
    if (ppoll(watched, 2, nullptr, mask) < 0) {
      if (errno != EINTR) return Typed::ended;
      continue;
    }
    if (watched[1].revents != 0) return Typed::overtaken;
    char c = 0;
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Typed::ended;
    if (c == '\n') return Typed::line;
    line.append(c);
  }
  return Typed::ended;
}

void show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Typed ask_once(std::string_view prompt, bool echo, int other_fd, TypedLine& line) {
  const SignalWatch watch;
  std::optional<NoEcho> quiet;
  if (!echo) quiet.emplace();
  show(prompt);
  const Typed typed = read_line(other_fd, watch.waiting_mask(), line);
  // Only a terminal that shows what is typed has gone to the next line by itself.
  if (typed != Typed::line || !echo || isatty(STDIN_FILENO) != 1) show("\n");
  return typed;
}

}  // namespace

TypedLine::~TypedLine() {
  clear();
}

void TypedLine::clear() noexcept {
  explicit_bzero(text_, sizeof text_);
  size_ = 0;
}

void TypedLine::append(char c) noexcept {
  if (size_ < sizeof text_ && c != '\0' && c != '\r') text_[size_++] = c;
}

Typed ask(std::string_view prompt, bool echo, int other_fd, TypedLine& line) {
  while (true) {
    line.clear();
    const Typed typed = ask_once(prompt, echo, other_fd, line);
    if (caught_signal == 0) return typed;
    // Everything is as it was before, so the signal may now do what it does by itself. Only the
    // stopping ones come back.
    raise(static_cast<int>(caught_signal));
  }
}

}  // namespace sms2fa
