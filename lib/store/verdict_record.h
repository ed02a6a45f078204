// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "lib/base/clock.h"

namespace sms2fa {

// One verdict or notice, as `sms2fa log` shows it; of a notice `reason` is its kind. Texts are cut
// at kLongestVerdictText bytes, and only the newest kMostVerdicts are kept: strangers can cause
// them.
struct VerdictRecord {
  WallTime when;
  std::string user;
  std::string service;
  std::string rhost;
  std::string verdict;
  std::string reason;
  std::string method;
  std::string provider;
  std::string message_id;
  std::string masked_number;
};
inline constexpr const char* kNoticeVerdict = "notice";
inline constexpr size_t kLongestVerdictText = 256;
inline constexpr size_t kMostVerdicts = 10'000;

}  // namespace sms2fa
