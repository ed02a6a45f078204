// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace sms2fa::test {

// A daemon for many attempts at once, as a process of its own: asks every client one question, and
// accepts the answers that `judge` (called in that process) finds right. It listens before the
// constructor returns, and dies with the object. Make it before any thread.
class BusyDaemon {
 public:
  using Judge = std::function<bool(const std::string& user, const std::string& answer)>;

  BusyDaemon(const std::string& socket, const Judge& judge);
  BusyDaemon(const BusyDaemon&) = delete;
  BusyDaemon& operator=(const BusyDaemon&) = delete;
  ~BusyDaemon();

 private:
  pid_t pid_;
};

}  // namespace sms2fa::test
