// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "lib/audit/event.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/services.h"

namespace sms2fa {

// One attempt, from the request to its one verdict: who is it, is there a challenge to go on with
// or one to send, and then question and answer until the code is right, the tries are out or the
// person is gone. Blocks; never throws. The event holds the verdict to give and is what the audit
// log records.
AuditEvent authenticate(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot,
                        Services& services, Conversation& conversation) noexcept;

}  // namespace sms2fa
