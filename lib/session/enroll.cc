// SPDX-License-Identifier: Apache-2.0
#include "lib/session/enroll.h"

#include <exception>
#include <new>
#include <utility>

#include "lib/session/enroll_wording.h"
#include "lib/session/enrolling.h"

namespace sms2fa {

LoginOutcome Enrolling::sum_up() {
  std::vector<std::string> has;
  if (number_) has.push_back("phone " + number_->masked());
  if (has_app_) has.emplace_back("authenticator app");
  if (codes_ > 0) has.push_back(std::to_string(codes_) + " backup codes");
  conversation_.tell(has.empty() ? wording::nothing_enrolled() : wording::enrolled_now(has));
  event_.number = number_;
  if (!number_ && !has_app_) return {AuditVerdict::denied, Reason::not_enrolled};
  return {AuditVerdict::accepted, Reason::enrolled};
}

std::optional<LoginOutcome> Enrolling::verify(const std::function<Result<bool>()>& is_right,
                                              bool& right) {
  const auto verified =
      verifier_.verify(true, 0, [&](const CountedAttempt& counted) -> Result<Compared> {
        if (!counted.id) return make_error(ErrorKind::refused, "locked");
        ++event_.answers;
        const Result<bool> compared = is_right();
        if (!compared) return compared.error();
        return Compared{*compared, "enroll"};
      });
  if (!verified && verified.error().kind == ErrorKind::refused) {
    conversation_.tell(wording::too_many_wrong_codes());
    return denied(Reason::locked);
  }
  if (!verified) return failed(verified.error());
  right = verified->right;
  return std::nullopt;
}

LoginOutcome Enrolling::run() {
  if (const auto outcome = look()) return *outcome;
  if (const auto outcome = begin()) return *outcome;
  if (snapshot_.keys == nullptr || !snapshot_.keys->check()) {
    conversation_.tell(wording::apps_impossible());
  } else {
    if (const auto outcome = enroll_number()) return *outcome;
    if (const auto outcome = enroll_app()) return *outcome;
  }
  if (const auto outcome = make_codes()) return *outcome;
  return sum_up();
}

AuditEvent enroll(const LoginRequest& request, EnrolledBy by,
                  std::shared_ptr<const Snapshot> snapshot, Services& services,
                  Conversation& conversation) noexcept {
  AuditEvent event;
  try {
    LoginRequest own = request;
    own.service = kEnrollService;
    own.enrolls = true;
    event = begin_event(own);
    event.method = "enroll";
    const LoginOutcome outcome =
        Enrolling(own, by, std::move(snapshot), services, conversation, event).run();
    event.verdict = outcome.verdict;
    event.reason = outcome.reason;
    // A limit that held back one message is no reason where something else was.
    if (outcome.reason != Reason::not_enrolled) event.limit.clear();
  } catch (const std::exception& unexpected) {
    event.verdict = AuditVerdict::unavailable;
    event.reason = Reason::internal_error;
    try {
      event.detail = unexpected.what();
    } catch (const std::bad_alloc&) {
      // The verdict matters more than its detail.
    }
  }
  return event;
}

}  // namespace sms2fa
