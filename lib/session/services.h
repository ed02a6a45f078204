// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lib/audit/audit_log.h"
#include "lib/base/clock.h"
#include "lib/base/key_ring.h"
#include "lib/base/random.h"
#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "lib/directory/directory.h"
#include "lib/session/challenge_table.h"
#include "lib/session/decoy.h"
#include "lib/session/worker_pool.h"
#include "lib/store/store.h"

namespace sms2fa {

// Who asks for an enrolment: root may do everything for anybody at once, others only for
// themselves, and they first prove what they already hold.
enum class EnrolledBy { the_person, root };

// What a reload replaces: an attempt keeps the one it began with.
struct Snapshot {
  Configuration configuration;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<Messenger> messenger;
  std::string host;                         // this machine's name, for the message
  std::unique_ptr<KeyRing> keys = nullptr;  // for what is sealed in the store
  // A number to enroll, as people write it. The error tells a person what is wrong with it; it is
  // ErrorKind::refused when the number can be read and codes may not go there.
  std::function<Result<PhoneNumber>(std::string_view text, EnrolledBy by)> read_number = nullptr;
  // The accounts that [peer] names.
  std::map<uid_t, PeerSettings> peers = {};
  // Whether an account is a person's, who may enroll themselves; without it nobody may.
  std::function<Result<bool>(const std::string& user)> is_persons_account = nullptr;
};

// What stays for the daemon's life.
struct Services {
  const Clock& clock;
  Random& random;
  Store& store;
  ChallengeTable& challenges;
  DeliveryHistory& deliveries;
  DeliveryHistory& checks;  // how long providers took to check answers to codes of theirs
  AuditLog& audit;
  WorkerPool& workers;
};

}  // namespace sms2fa
