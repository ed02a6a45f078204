// SPDX-License-Identifier: Apache-2.0
#include "lib/session/record_keeper.h"

#include "lib/session/metrics.h"

namespace sms2fa {

void RecordKeeper::record(const AuditEvent& event) {
  next_.record(event);
  // The counters first: whoever sees the verdict in the store finds it counted.
  (void)store_.add_to_counters(metrics::of(event)).ok();
  (void)store_
      .record_verdict({.when = clock_.wall_now(),
                       .user = event.user,
                       .service = event.service,
                       .rhost = event.rhost,
                       .verdict = to_string(event.verdict),
                       .reason = to_string(event.reason),
                       .method = event.method,
                       .provider = event.provider,
                       .message_id = event.message_id,
                       .masked_number = event.number ? event.number->masked() : "",
                       .limit = event.limit,
                       .rule = event.rule,
                       .lane = event.lane})
      .ok();
}

void RecordKeeper::notice(const AuditNotice& notice) {
  next_.notice(notice);
  (void)store_.add_to_counters(metrics::of(notice)).ok();
  (void)store_
      .record_verdict({.when = clock_.wall_now(),
                       .user = notice.user,
                       .service = notice.service,
                       .rhost = notice.rhost,
                       .verdict = kNoticeVerdict,
                       .reason = to_string(notice.kind),
                       .method = notice.method,
                       .provider = notice.provider,
                       .message_id = notice.message_id,
                       .masked_number = notice.number ? notice.number->masked() : "",
                       .limit = "",
                       .rule = "",
                       .lane = std::nullopt})
      .ok();
}

}  // namespace sms2fa
