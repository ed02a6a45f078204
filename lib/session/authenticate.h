// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "lib/audit/event.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/configuration.h"
#include "lib/delivery/gateway.h"
#include "lib/directory/directory.h"
#include "lib/session/challenge.h"
#include "lib/session/conversation.h"
#include "lib/session/decoy.h"
#include "lib/session/login_request.h"
#include "lib/store/store.h"

namespace sms2fa {

// What a reload replaces: an attempt keeps the one it began with.
struct Setup {
  Configuration configuration;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<Messenger> messenger;
  std::string host;  // this machine's name, for the message
};

// What stays for the daemon's life.
struct Surroundings {
  const Clock& clock;
  Random& random;
  Store& store;
  ChallengeTable& challenges;
  DeliveryHistory& deliveries;
};

// One attempt, from the request to its one verdict: who is it, is there a challenge to go on with or one to send, and
// then question and answer until the code is right, the tries are out or the person is gone. Blocks; never throws. The
// event holds the verdict to give and is what the audit log records.
AuditEvent authenticate(const LoginRequest& request, const Setup& setup, Surroundings& around,
                        Conversation& person) noexcept;

}  // namespace sms2fa
