// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/session/authenticate.h"
#include "lib/session/errands.h"
#include "lib/session/limits.h"
#include "lib/wire/channel.h"

namespace sms2fa {

// Takes connections and gives each attempt a thread, from the hello to the verdict.
class Server {
 public:
  // All must outlive the server.
  Server(Surroundings& around, std::shared_ptr<const Setup> setup);

  // Takes one waiting connection, if there is one, and begins its attempt; or turns it away when
  // too many are under way. False when the process is short of descriptors or memory and should
  // breathe.
  bool accept_from(int listener);

  // Attempts that begin from now on use `setup`. The last one stays for those that have begun, and
  // until it is known what became of its messages.
  void use(std::shared_ptr<const Setup> setup);
  // Lets go of what use() replaced and nobody needs any more. False when some is left.
  bool let_go();

  // Returns when the server's lock could be taken.
  void touch() { const std::lock_guard lock(mutex_); }

  // Denies whatever waits for a person, and waits for the attempts' ends, at most `patience`. True
  // when none is left.
  bool stop(Milliseconds patience);

 private:
  void run(UniqueFd connection, uid_t peer, std::shared_ptr<const Setup> setup) noexcept;
  void attempt(wire::Channel& channel, uid_t peer, std::shared_ptr<const Setup> setup);
  AuditEvent judge(const LoginRequest& request, uid_t peer, std::shared_ptr<const Setup> setup,
                   wire::Channel& channel);
  bool begin(uid_t peer);
  void end(uid_t peer) noexcept;

  Surroundings& around_;
  Admission admission_;
  UniqueFd stop_;

  std::mutex mutex_;
  std::shared_ptr<const Setup> setup_;
  std::vector<std::shared_ptr<const Setup>> leaving_;
  unsigned under_way_ = 0;
  std::map<uid_t, unsigned> under_way_of_;
  Errands attempts_;  // last: they use the others
};

}  // namespace sms2fa
