// SPDX-License-Identifier: Apache-2.0
#include "lib/session/notices.h"

namespace sms2fa {

AuditNotice Notices::begin(NoticeKind kind, const std::string& method) const {
  AuditNotice notice;
  notice.kind = kind;
  notice.user = request_.user;
  notice.service = request_.service;
  notice.rhost = request_.rhost;
  notice.method = method;
  return notice;
}

void Notices::count(NoticeKind kind, const std::string& method, unsigned failures,
                    const char* state) const {
  AuditNotice notice = begin(kind, method);
  notice.state = state;
  notice.count = failures;
  audit_.notice(notice);
}

void Notices::answered(const CountedAttempt& counted, bool right, const std::string& method) const {
  if (!counted.id) return;
  const UserState& state = counted.state;
  if (right) {
    // Both counts hold this answer, for it was counted before it was compared.
    const unsigned before = state.consecutive_failures - 1;
    const unsigned day = counted.failures_last_day - 1;
    if (before > 0) count(NoticeKind::success_after_failures, method, before);
    if (day >= kManyFailures) count(NoticeKind::many_failures, method, day);
    return;
  }
  const char* const series = to_string(state.series);
  if (counted.disables) {
    const unsigned in_a_row = state.series == Series::unproven ? state.unproven : state.disabling;
    count(NoticeKind::disabled, method, in_a_row, state.disabled ? "all" : series);
  } else if (counted.locks) {
    count(NoticeKind::locked, method, state.in_series, series);
  }
  if (counted.spends) count(NoticeKind::share_spent, method, state.year.strangers, series);
  if (counted.failures_last_day % kManyFailures == 0)
    count(NoticeKind::many_failures, method, counted.failures_last_day);
}

void Notices::replayed(const std::string& method, const std::string& ref) const {
  AuditNotice notice = begin(NoticeKind::replay, method);
  notice.ref = ref;
  audit_.notice(notice);
}

}  // namespace sms2fa
