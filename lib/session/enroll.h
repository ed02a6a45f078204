// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "lib/audit/event.h"
#include "lib/session/conversation.h"
#include "lib/session/login_request.h"
#include "lib/session/services.h"

namespace sms2fa {

// What an enrolment is called in the log, whatever the peer calls it.
inline constexpr const char* kEnrollService = "sms2fa-enroll";

// Leads one person through the enrolment of a number, an authenticator app and backup codes. Each
// is kept, in one transaction, only after a code has shown that it works; whatever ends the
// conversation before leaves what was there. Blocks; never throws. The event is accepted when the
// person has a second factor at the end.
AuditEvent enroll(const LoginRequest& request, EnrolledBy by,
                  std::shared_ptr<const Snapshot> snapshot, Services& services,
                  Conversation& conversation) noexcept;

}  // namespace sms2fa
