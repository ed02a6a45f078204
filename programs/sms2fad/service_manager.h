// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

// Where the daemon is heard: by root's programs, and by everybody's.
struct Listeners {
  UniqueFd auth;
  UniqueFd user;
};

// What the service manager says through the environment, in systemd's protocols (sd_notify(3),
// sd_listen_fds(3)); libsystemd is not needed for so little.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, WATCHDOG_PID, WATCHDOG_USEC and
  // JOURNAL_STREAM, and then empties the environment: nothing in it may steer a library. Call
  // before the first thread.
  static ServiceManager take_environment();

  // The sockets it handed over, once; those that it did not are invalid. Close-on-exec. They are
  // told apart by FileDescriptorName=, and a single one without a name is root's. An error: a name
  // that is neither "auth" nor "user", or one twice.
  Result<Listeners> take_listeners();

  // Whether standard error goes to the journal, which reads our syslog lines already.
  bool journal_reads_stderr() const { return journal_reads_stderr_; }

  // How often the manager must hear "WATCHDOG=1" (twice in the time it allows), if it listens for
  // it at all.
  std::optional<Milliseconds> watchdog_interval() const { return watchdog_interval_; }

  // Sends a state such as "READY=1". Without a manager, or when it does not listen, nothing
  // happens.
  void notify(const std::string& state) const;

 private:
  std::string notify_socket_;
  std::vector<UniqueFd> handed_over_;
  std::string names_;
  bool journal_reads_stderr_ = false;
  std::optional<Milliseconds> watchdog_interval_;
};

}  // namespace sms2fa
