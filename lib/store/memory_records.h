// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "lib/base/clock.h"

// What a MemoryStore keeps of backup codes, bypass codes and invitations.
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

}  // namespace sms2fa::memory_records
