// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/pam/edit.h"
#include "programs/sms2fa/system/file_changes.h"

namespace sms2fa {

// Only root reads what is kept here, and libpam never does.
inline constexpr const char* kPamBackups = "/etc/pam.d.sms2fa-backup";

// A service's own file and what is to become of it.
struct ServiceChange {
  std::string service;
  FileChange file;
};

// All that is to change so that a service asks for a PIN, or asks no longer.
struct PamSwitch {
  std::vector<ServiceChange> services;  // the service and those of its family
  std::optional<FileChange> sshd;       // the drop-in
  std::string reload;                   // how sshd is told

  bool empty() const { return services.empty() && !sshd; }
};

// What has `service` and its family ask, judged as it would be; changes nothing. An error, in one
// sentence that says what to do, where somebody would get in unasked or nobody at all. What
// should be known before it is done is added to `findings`.
Result<PamSwitch> plan_enabling(const std::string& service, AskedFirst first,
                                const Configuration& settings, Findings& findings);

// What takes out all that enabling has put in, and nothing else.
Result<PamSwitch> plan_disabling(const std::string& service);

// Both leave everything as it was when something can't be done. Enabling keeps copies of the
// services' files in kPamBackups, as they are without us.
Result<void> enable(const PamSwitch& change);
Result<void> disable(const PamSwitch& change);

}  // namespace sms2fa
