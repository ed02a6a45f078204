// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/notice.h"

namespace sms2fa {

const char* to_string(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::success_after_failures:
      return "success-after-failures";
    case NoticeKind::many_failures:
      return "many-failures";
    case NoticeKind::locked:
      return "locked";
    case NoticeKind::disabled:
      return "disabled";
    case NoticeKind::share_spent:
      return "share-spent";
    case NoticeKind::unlocked:
      return "unlocked";
    case NoticeKind::replay:
      return "replay";
    case NoticeKind::delivery:
      return "delivery";
    case NoticeKind::provider_state:
      return "provider-state";
    case NoticeKind::enrolled:
      return "enrolled";
    case NoticeKind::removed:
      return "removed";
    case NoticeKind::codes_made:
      return "codes-made";
    case NoticeKind::code_used:
      return "code-used";
    case NoticeKind::invited:
      return "invited";
    case NoticeKind::not_told:
      return "not-told";
    case NoticeKind::bypass_issued:
      return "bypass-issued";
    case NoticeKind::bypass_used:
      return "bypass-used";
  }
  return "notice";
}

}  // namespace sms2fa
