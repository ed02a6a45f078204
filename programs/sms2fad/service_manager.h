// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/unique_fd.h"

namespace sms2fa {

// What the service manager says through the environment, in systemd's protocols (sd_notify(3),
// sd_listen_fds(3)); libsystemd is not needed for so little.
class ServiceManager {
 public:
  // Reads NOTIFY_SOCKET, LISTEN_PID, LISTEN_FDS and JOURNAL_STREAM, and then empties the
  // environment: nothing in it may steer a library. Call before the first thread.
  static ServiceManager take_environment();

  // The socket it handed over, once; invalid when there is none. Close-on-exec.
  UniqueFd take_listener() { return std::move(listener_); }

  // Whether standard error goes to the journal, which reads our syslog lines already.
  bool journal_reads_stderr() const { return journal_reads_stderr_; }

  // Sends a state such as "READY=1". Without a manager, or when it does not listen, nothing
  // happens.
  void notify(const std::string& state) const;

 private:
  std::string notify_socket_;
  UniqueFd listener_;
  bool journal_reads_stderr_ = false;
};

}  // namespace sms2fa
