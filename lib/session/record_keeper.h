// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/audit/audit_log.h"
#include "lib/base/clock.h"
#include "lib/store/store.h"

namespace sms2fa {

// Hands verdicts and notices on to another log, keeps them in the store for `sms2fa log`, and
// counts them for `sms2fa metrics`. A store that can't take one is no reason to fail: the other log
// has it.
class RecordKeeper final : public AuditLog {
 public:
  // All must outlive this.
  RecordKeeper(AuditLog& next, Store& store, const Clock& clock)
      : next_(next), store_(store), clock_(clock) {}
  void record(const AuditEvent& event) override;
  void notice(const AuditNotice& notice) override;

 private:
  AuditLog& next_;
  Store& store_;
  const Clock& clock_;
};

}  // namespace sms2fa
