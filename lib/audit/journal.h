// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/audit/entry.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

// journald by its own datagram protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL), so that each
// part of an entry is a field that can be asked for: `journalctl SMS2FA_REASON=locked`.
// Thread-safe.
class Journal {
 public:
  static constexpr const char* kSocket = "/run/systemd/journal/socket";

  // `identifier` becomes SYSLOG_IDENTIFIER. `socket` is a path of at most 107 bytes.
  explicit Journal(std::string identifier, std::string socket = kSocket);

  // MESSAGE, PRIORITY, MESSAGE_ID, SYSLOG_FACILITY (authpriv), SYSLOG_IDENTIFIER and an
  // SMS2FA_<NAME> for every field. Never waits. False when no journald took it: there is none, or
  // it is overrun.
  bool send(const AuditEntry& entry) const;

 private:
  const std::string identifier_;
  const std::string socket_;
  UniqueFd fd_;
};

}  // namespace sms2fa
