// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/audit/audit_log.h"
#include "lib/session/login_request.h"
#include "lib/store/store.h"

namespace sms2fa {

// From so many wrong answers of one user in 24 hours on, the log warns: at every further so many,
// and at a right answer (NIST SP 800-63B, 5.2.2, asks for no more than 100 in a row).
inline constexpr unsigned kManyFailures = 50;

// Tells the log what one attempt's answers brought about, besides its verdict.
class Notices {
 public:
  // Both must outlive this.
  Notices(const LoginRequest& request, AuditLog& audit) : request_(request), audit_(audit) {}

  // After an answer that `counted` stands for was compared and committed: a lock, a disabling, a
  // share that is spent, a success after failures, many failures in a day.
  void answered(const CountedAttempt& counted, bool right, const std::string& method) const;

  // What was used already came again: a code, a step, a bypass code.
  void replayed(const std::string& method, const std::string& ref) const;

  // The rest is the caller's to fill in.
  AuditNotice begin(NoticeKind kind, const std::string& method = {}) const;

 private:
  void count(NoticeKind kind, const std::string& method, unsigned failures,
             const char* state = "") const;

  const LoginRequest& request_;
  AuditLog& audit_;
};

}  // namespace sms2fa
