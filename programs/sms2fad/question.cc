// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/question.h"

#include <unistd.h>

namespace sms2fa {

std::string report_on(const std::string& user, const Loaded& loaded, Store& store,
                      AccountPool& accounts) {
  DaemonReport report;
  report.version = SMS2FA_VERSION;
  report.pid = std::to_string(getpid());
  report.loaded = loaded.files;
  report.refused = loaded.refused;
  if (!user.empty()) {
    const Snapshot& snapshot = *loaded.snapshot;
    // Not in the places of those who log in.
    const auto account = accounts.find(Lane::own, user);
    report.person = outlook_of(user, account, snapshot.configuration, *snapshot.directory, store,
                               snapshot.keys.get());
  }
  return write_report(report);
}

}  // namespace sms2fa
