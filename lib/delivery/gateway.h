// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/clock.h"
#include "lib/delivery/login_message.h"
#include "lib/delivery/send_report.h"

namespace sms2fa {

// What only some providers offer, each an interface of its own. All are as thread-safe as a
// gateway, throw nothing, and give up at their `deadline`.

// Makes the codes and checks them: reports of what was sent there say provider_checks.
class CodeChecker {
 public:
  // Asks about `code` for the message that `message_id` names.
  virtual CheckStatus check(const PhoneNumber& to, const std::string& message_id,
                            const Secret& code, SteadyTime deadline) = 0;

 protected:
  ~CodeChecker() = default;
};

// Knows what became of a message.
class StatusSource {
 public:
  virtual DeliveryStatus delivery_status(const std::string& message_id, Medium medium,
                                         SteadyTime deadline) = 0;

 protected:
  ~StatusSource() = default;
};

// Empties the text of a message that it keeps.
class Redactor {
 public:
  // False when the provider did not confirm.
  virtual bool redact(const std::string& message_id, SteadyTime deadline) = 0;

 protected:
  ~Redactor() = default;
};

// Says whether the provider knows our account and key, by a request that sends nothing.
class CredentialsChecker {
 public:
  // The report is `accepted`, or has the class of the error.
  virtual SendReport check_credentials(SteadyTime deadline) = 0;

 protected:
  ~CredentialsChecker() = default;
};

// One provider. Thread-safe; no call throws, and each gives up at its `deadline`.
class Gateway {
 public:
  virtual ~Gateway() = default;
  virtual const std::string& name() const = 0;
  // From now on, what can be done before there is a message is done before: a long-running
  // program calls this once. Does not block. The one call that may throw (std::bad_alloc).
  virtual void keep_warm() {}
  // Whether messages of this kind can go out here, as far as the configuration says.
  virtual bool serves(Medium medium) const { return medium == Medium::sms; }
  // Whether messages to this number can go out here; where they can't, nothing is amiss.
  virtual bool reaches(const PhoneNumber& /*number*/) const { return true; }
  // Never retries an ambiguous send. Precondition: serves(message.medium).
  virtual SendReport send(const LoginMessage& message, SteadyTime deadline) = 0;

  // What it offers beside that, as it is configured. Each lives as long as the gateway; nullptr
  // where there is nothing.
  virtual CodeChecker* code_checker() { return nullptr; }
  virtual StatusSource* status_source() { return nullptr; }
  virtual Redactor* redactor() { return nullptr; }
  virtual CredentialsChecker* credentials_checker() { return nullptr; }
};

}  // namespace sms2fa
