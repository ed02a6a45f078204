// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "lib/audit/audit_log.h"

namespace sms2fa::test {

// Keeps the lines that it is told, in their order. Thread-safe.
class FakeAuditLog final : public AuditLog {
 public:
  void record(const AuditEvent& event) override { add(format(event)); }
  void notice(const AuditNotice& notice) override {
    add(format(notice));
    const std::lock_guard lock(mutex_);
    notices_.push_back(notice);
  }

  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<AuditNotice> notices() const {
    const std::lock_guard lock(mutex_);
    return notices_;
  }

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<AuditNotice> notices_;
};

}  // namespace sms2fa::test
