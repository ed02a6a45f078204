// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
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
#include "lib/session/errands.h"
#include "lib/store/store.h"

namespace sms2fa {

// What a reload replaces: an attempt keeps the one it began with.
struct Setup {
  Configuration configuration;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<Messenger> messenger;
  std::string host;                         // this machine's name, for the message
  std::unique_ptr<KeyRing> keys = nullptr;  // for what is sealed in the store
  // A number as people write it.
  std::function<Result<PhoneNumber>(std::string_view text)> read_number = nullptr;
};

// What stays for the daemon's life.
struct Surroundings {
  const Clock& clock;
  Random& random;
  Store& store;
  ChallengeTable& challenges;
  DeliveryHistory& deliveries;
  DeliveryHistory& checks;  // how long providers took to check answers to codes of theirs
  AuditLog& audit;
  Errands& errands;
};

}  // namespace sms2fa
