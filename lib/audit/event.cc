// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/event.h"

namespace sms2fa {

const char* to_string(AuditVerdict verdict) {
  switch (verdict) {
    case AuditVerdict::accepted:
      return "accepted";
    case AuditVerdict::exempt:
      return "exempt";
    case AuditVerdict::denied:
      return "denied";
    case AuditVerdict::unavailable:
      return "unavailable";
  }
  return "denied";
}

const char* to_string(Reason reason) {
  switch (reason) {
    case Reason::right_code:
      return "right-code";
    case Reason::wrong_code:
      return "wrong-code";
    case Reason::no_tries_left:
      return "no-tries-left";
    case Reason::cooldown:
      return "cooldown";
    case Reason::expired:
      return "expired";
    case Reason::used_elsewhere:
      return "used-elsewhere";
    case Reason::client_gone:
      return "client-gone";
    case Reason::too_many_prompts:
      return "too-many-prompts";
    case Reason::no_person:
      return "no-person";
    case Reason::unknown_user:
      return "unknown-user";
    case Reason::not_enrolled:
      return "not-enrolled";
    case Reason::forbidden_number:
      return "forbidden-number";
    case Reason::foreign_number:
      return "foreign-number";
    case Reason::locked:
      return "locked";
    case Reason::disabled:
      return "disabled";
    case Reason::share_spent:
      return "share-spent";
    case Reason::rule:
      return "rule";
    case Reason::not_admitted:
      return "not-admitted";
    case Reason::over_limit:
      return "over-budget";
    case Reason::provider_failed:
      return "provider-failed";
    case Reason::number_failed:
      return "number-failed";
    case Reason::directory_failed:
      return "directory-failed";
    case Reason::store_failed:
      return "store-failed";
    case Reason::busy:
      return "busy";
    case Reason::nss:
      return "nss";
    case Reason::foreign_peer:
      return "foreign-peer";
    case Reason::bad_request:
      return "bad-request";
    case Reason::unenrolled:
      return "unenrolled";
    case Reason::enrolled:
      return "enrolled";
    case Reason::may_not_enroll:
      return "may-not-enroll";
    case Reason::changed_meanwhile:
      return "changed-meanwhile";
    case Reason::shutting_down:
      return "shutting-down";
    case Reason::internal_error:
      return "internal-error";
  }
  return "internal-error";
}

}  // namespace sms2fa
