// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "lib/base/phone_number.h"

namespace sms2fa {

// What happened beside the verdict of one attempt. The words (to_string) are part of the log's
// contract: one each, a-z and '-'.
enum class NoticeKind {
  success_after_failures,  // `count` wrong answers since the last right one
  many_failures,           // `count` wrong answers in 24 hours, whatever right ones came between
  locked,                  // by the `count`-th wrong answer in a row of the series `state`
  disabled,  // by the `count`-th in a row, until an administrator unlocks: `state`, all or a series
  share_spent,     // of the year's wrong answers, of the series `state`
  unlocked,        // by an administrator
  replay,          // a code or step that was used already came again
  delivery,        // how a message ended, after the provider had taken it: `state`
  provider_state,  // a provider's circuit breaker moved: `state`
  enrolled,        // a method was added: `method`
  removed,         // a method was taken away: `method`
  codes_made,      // new backup codes took the place of the old ones; `count` of them
  code_used,       // a backup code let somebody in; `count` are left
  invited,         // by an administrator: may enroll a first factor
  not_told,        // a change was not told to the number on record
  bypass_issued,   // by an administrator: one login without the phone
  bypass_used,
};

const char* to_string(NoticeKind kind);

// One notice. Untrusted members are escaped by the formatter, empty ones left out. Never a code, a
// key or a whole number.
struct AuditNotice {
  NoticeKind kind = NoticeKind::many_failures;
  std::string user;
  std::string service;
  std::string rhost;
  std::string by;  // who did it, when it was not the user at a login
  std::string method;
  std::string provider;
  std::string message_id;             // the provider's
  std::string ref;                    // of the challenge it belongs to
  std::optional<PhoneNumber> number;  // logged masked
  std::string state;                  // one word
  std::optional<unsigned> count;
  std::string detail;
  // Somebody should look at it. Set for kinds that always are worth it, too (entry_of()).
  bool needs_attention = false;
};

}  // namespace sms2fa
