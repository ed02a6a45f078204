// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/base/unique_fd.h"
#include "lib/session/account_pool.h"
#include "lib/session/admission.h"
#include "lib/session/authenticate.h"
#include "lib/session/refusal_limit.h"
#include "lib/session/worker_pool.h"
#include "lib/wire/channel.h"
#include "programs/sms2fad/question.h"

namespace sms2fa {

// Which socket somebody came by: root's alone, or everybody's.
enum class Entrance { auth, user };

// Takes connections and gives each attempt a thread, from the hello to the verdict.
class Server {
 public:
  // All must outlive the server.
  Server(Services& services, AccountPool& accounts, Loaded loaded);

  // Takes one waiting connection, if there is one, and begins its attempt; or turns it away when
  // too many are under way. False when the process is short of descriptors or memory and should
  // breathe.
  bool accept_from(int listener, Entrance entrance);

  // Attempts that begin from now on use what is `loaded`. The last one stays for those that have
  // begun, and until it is known what became of its messages.
  void use(Loaded loaded);
  // What is loaded stays, for this reason; it is told to whoever asks.
  void keep(RefusedReload refused);
  // Lets go of what use() replaced and nobody needs any more. False when some is left.
  bool release_retired();

  // Returns when the server's lock could be taken.
  void touch() { const MutexLock lock(mutex_); }

  // Denies whatever waits for a person, and waits for the attempts' ends, at most `patience`. True
  // when none is left.
  bool stop(Milliseconds patience);

 private:
  struct Visit;
  void run(Visit& visit) noexcept;
  void attempt(Visit& visit);
  void answer(const wire::Message& question, Visit& visit);
  AuditEvent judge(LoginRequest& request, Visit& visit);
  static const PeerSettings* named(const Visit& visit);
  void turn_away(uid_t peer, pid_t pid);
  bool is_worth_telling(AuditEvent& event, uid_t peer);

  Services& services_;
  AccountPool& accounts_;
  Admission admission_;
  RefusalLimit refusals_;
  UniqueFd stop_;

  Mutex mutex_;
  Loaded loaded_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const Snapshot>> leaving_ GUARDED_BY(mutex_);
  WorkerPool attempts_;  // last: they use the others
};

}  // namespace sms2fa
