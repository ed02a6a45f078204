// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/main_loop.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <limits>

#include "programs/sms2fad/log_lines.h"
#include "programs/sms2fad/places.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

namespace {

constexpr int kBackOff = 100;  // ms
constexpr int kLook = 1000;    // ms, between looks at what a reload left behind

}  // namespace

Result<Loaded> MainLoop::read_again() {
  auto records = read_records(configuration_);
  if (!records) return records.error();
  for (const std::string& place : written_directories(records->configuration))
    if (std::find(places_.begin(), places_.end(), place) == places_.end())
      return make_error(ErrorKind::configuration,
                        place +
                            ": the sandbox lets the daemon write where it wrote when it "
                            "started; a new place takes a restart");
  LoadedFiles files = std::move(records->files);
  auto snapshot = make_snapshot(std::move(*records), clock_);
  if (!snapshot) return snapshot.error();
  return Loaded{std::move(*snapshot), std::move(files), std::nullopt};
}

void MainLoop::refuse(const std::string& why) {
  log_lines(LOG_DAEMON | LOG_ERR, "keeping the old configuration: ", why);
  server_.keep({clock_.wall_now(), why});
}

void MainLoop::reload() {
  manager_.notify("RELOADING=1");
  try {
    auto loaded = read_again();
    if (loaded) {
      server_.use(std::move(*loaded));
      syslog(LOG_DAEMON | LOG_NOTICE, "read %s again", configuration_.c_str());
    } else {
      refuse(loaded.error().message);
    }
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  manager_.notify("READY=1");
}

// False when it is time to end.
bool MainLoop::handle_signal(int signals) {
  signalfd_siginfo signal{};
  if (read(signals, &signal, sizeof signal) != sizeof signal) return true;
  if (signal.ssi_signo != SIGHUP) return false;
  reload();
  return true;
}

// Gives the sign of life when it is due: only here, so that it stops when this thread hangs, or
// waits for a lock of the server's that nobody gives back.
int MainLoop::milliseconds_to_sleep(bool back_off) {
  constexpr int64_t kForEver = std::numeric_limits<int>::max();
  int64_t most = back_off ? kBackOff : kForEver;
  if (!server_.release_retired()) most = std::min<int64_t>(most, kLook);
  const auto every = manager_.watchdog_interval();
  if (!every) return most == kForEver ? -1 : static_cast<int>(most);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= next_watchdog_ping_) {
    server_.touch();
    manager_.notify("WATCHDOG=1");
    next_watchdog_ping_ = now + *every;
  }
  const auto left = std::chrono::ceil<Milliseconds>(next_watchdog_ping_ - now).count();
  return static_cast<int>(std::min<int64_t>(left, most));
}

// One connection of each socket in turn: a crowd at one keeps nobody at the other waiting.
void MainLoop::run(const Listeners& listeners, int signals) {
  bool back_off = false;
  while (true) {
    pollfd watched[] = {
        {signals, POLLIN, 0}, {listeners.auth.get(), POLLIN, 0}, {listeners.user.get(), POLLIN, 0}};
    const int ready = poll(watched, back_off ? 1 : 3, milliseconds_to_sleep(back_off));
    back_off = false;
    if (ready <= 0) continue;
    if (watched[0].revents != 0 && !handle_signal(signals)) return;
    if (watched[1].revents != 0)
      back_off = !server_.accept_from(listeners.auth.get(), Entrance::auth) || back_off;
    if (watched[2].revents != 0)
      back_off = !server_.accept_from(listeners.user.get(), Entrance::user) || back_off;
  }
}

}  // namespace sms2fa
