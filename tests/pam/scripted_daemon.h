// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/unique_fd.h"
#include "tests/pam/script.h"

namespace sms2fa::test {

// The daemon of a script, as a process of its own: its descriptors, user id and memory are not the
// host's. It listens before the constructor returns, and dies with the object.
class ScriptedDaemon {
 public:
  ScriptedDaemon(const Script& script, const std::string& socket, unsigned clock_factor);
  ScriptedDaemon(const ScriptedDaemon&) = delete;
  ScriptedDaemon& operator=(const ScriptedDaemon&) = delete;
  ~ScriptedDaemon();

  // Returns when the daemon has done all that its lines say.
  void wait_until_done() const;
  // The PAM calls are over. True when the module did what the lines expect; what it did otherwise
  // is on standard error.
  bool finish();

 private:
  [[noreturn]] static void run(const Script& script, const std::string& socket, int ready,
                               int end_of_run, unsigned clock_factor);

  pid_t pid_ = -1;
  UniqueFd run_;  // closing it tells the daemon that the run is over
};

}  // namespace sms2fa::test
