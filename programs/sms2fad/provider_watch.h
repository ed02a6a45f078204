// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/audit/audit_log.h"
#include "lib/delivery/messenger.h"
#include "lib/store/store.h"

namespace sms2fa {

// From now on, what the messenger finds out about its providers is told: in the store, for
// `sms2fa status` and `sms2fa metrics`, and in the log. The messenger knows of no failure yet, so
// whatever an earlier one found out ends here. Store and log must outlive the messenger.
void watch_providers(Messenger& messenger, Store& store, AuditLog& audit, WallTime now);

}  // namespace sms2fa
