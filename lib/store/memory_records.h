// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "lib/base/clock.h"
#include "lib/store/enrolment.h"

// What a MemoryStore keeps of backup codes, bypass codes, invitations, enrolments and the
// countdown.
namespace sms2fa::memory_records {

struct BackupSet {
  std::string parameters;
  std::set<std::string> unused;
};

struct OpenPass {
  std::string parameters;
  std::string hash;
  SteadyTime expires_at{};
};

struct Enrolled {
  std::string number;
  std::string planned;
  SteadyTime due{};
  std::map<std::string, EnrolledApp> apps;
  bool is_due(SteadyTime now) const { return !planned.empty() && now >= due; }
};

struct Countdown {
  WallTime deadline{};
  WallTime latest{};
};

}  // namespace sms2fa::memory_records
