// SPDX-License-Identifier: Apache-2.0
#include "lib/session/authenticate.h"

#include <exception>
#include <utility>

#include "lib/session/attempt.h"

namespace sms2fa {

namespace {

void fail(AuditEvent& event, const char* why) noexcept {
  event.verdict = AuditVerdict::unavailable;
  event.reason = Reason::internal_error;
  try {
    event.detail = why;
  } catch (const std::bad_alloc&) {
    // The verdict matters more than its detail.
  }
}

}  // namespace

AuditEvent authenticate(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot,
                        Services& services, Conversation& conversation) noexcept {
  AuditEvent event;
  try {
    event = begin_event(request);
    event.after = request.ssh_auth_info.substr(0, request.ssh_auth_info.find_first_of(" \n"));
    Attempt attempt(request, std::move(snapshot), services, conversation, event);
    const LoginOutcome outcome = attempt.run();
    event.verdict = outcome.verdict;
    event.reason = outcome.reason;
  } catch (const std::exception& unexpected) {
    fail(event, unexpected.what());
  } catch (...) {
    fail(event, "an exception of an unknown type");
  }
  return event;
}

}  // namespace sms2fa
