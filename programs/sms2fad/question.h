// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/session/account_pool.h"
#include "lib/session/services.h"
#include "programs/wiring/daemon_report.h"

namespace sms2fa {

// What the daemon works with, and since when.
struct Loaded {
  std::shared_ptr<const Snapshot> snapshot;
  LoadedFiles files;
  std::optional<RefusedReload> refused;
};

// The text of "report", which answers a question of root's (docs/PROTOCOL.md): about `user` too,
// unless that is empty. Counts nothing and changes nothing; may wait for name services.
std::string report_on(const std::string& user, const Loaded& loaded, Store& store,
                      AccountPool& accounts);

}  // namespace sms2fa
