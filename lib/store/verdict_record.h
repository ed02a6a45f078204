// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/lane.h"

namespace sms2fa {

// One verdict or notice, as `sms2fa log` shows it; of a notice `reason` is its kind. Texts are cut
// at kLongestVerdictText bytes, and of each lane only the newest kMostVerdicts are kept: strangers
// can cause them, and may not push others' out.
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
  std::string limit;  // the key of [limits] that is used up, when that is why
  std::string rule;   // [rule NAME], when one had a part in it
  std::optional<Lane> lane = Lane::unproven;  // nullopt: a notice
};
inline constexpr const char* kNoticeVerdict = "notice";
inline constexpr size_t kLongestVerdictText = 256;
inline constexpr size_t kMostVerdicts = 10'000;

}  // namespace sms2fa
