// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/session/authenticate.h"
#include "lib/store/memory_store.h"
#include "tests/support/fake_audit_log.h"
#include "tests/support/fake_messenger.h"
#include "tests/support/fakes.h"
#include "tests/support/scripted_conversation.h"

namespace sms2fa::test {

// A whole machine made of fakes, with the default configuration. On record: alice and bob; nora
// without a number; tess with an app only; prem with a premium-rate number; olaf whose record can't
// be read.
class Scene {
 public:
  Scene();

  static LoginRequest login(const std::string& user = "alice", const std::string& service = "sshd",
                            const std::string& rhost = "192.0.2.7");

  // One attempt, as a thread of the daemon runs it. Also checks what must hold for every attempt:
  // no code and no number in anything said or recorded, prompts within PAM's bounds. Thread-safe.
  AuditEvent attempt(ScriptedConversation& person, const LoginRequest& request = login());
  ScriptedConversation person() { return ScriptedConversation(clock); }

  // The code in the last (or the n-th) text message.
  std::string code() const;
  std::string code(size_t index) const;
  // A code of the right form that no message holds.
  std::string wrong() const;
  // The code of the next challenge, be it a decoy's.
  std::string choose_code(const std::string& digits);

  // Gives wrong answers from sources of their own until the store has counted `failures` for
  // `user`.
  void fail_often(const std::string& user, int failures);
  int failures_of(const std::string& user);

  LimitSettings& limits() { return snapshot.configuration.limits; }

  ManualClock clock;
  ScriptedRandom random;
  std::unique_ptr<MemoryStore> memory;
  FailingStore store;
  ChallengeTable challenges;
  DeliveryHistory deliveries;
  DeliveryHistory checks;
  FakeAuditLog audit;
  FakeMessenger* messenger;  // owned by setup
  FakeDirectory* directory;  // owned by setup
  Snapshot snapshot;
  // The last that is made and so the first to go: what is still under way uses the others.
  WorkerPool workers{16};
  Services services;

 private:
  void check(const AuditEvent& event, const ScriptedConversation& person);

  std::vector<std::string> chosen_;
};

}  // namespace sms2fa::test
