// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "lib/base/text.h"
#include "programs/sms2fa/check/check.h"

namespace sms2fa {

namespace {

constexpr std::chrono::days kNear{14};

}  // namespace

void check_countdown(const CodeSettings& code, Findings& findings) {
  if (code.unenrolled != Unenrolled::countdown || !code.deadline) return;
  const auto left =
      std::chrono::ceil<std::chrono::days>(*code.deadline - std::chrono::system_clock::now());
  const std::string day = iso_date(*code.deadline);
  if (left.count() <= 0)
    return findings.add(Severity::note, "the countdown has ended: since " + day +
                                            " people who have enrolled nothing are denied");
  const std::string text = "people who have enrolled nothing get in until " + day + ": " +
                           std::to_string(left.count()) +
                           (left.count() == 1 ? " day left" : " days left");
  findings.add(left <= kNear ? Severity::warning : Severity::note, text);
}

}  // namespace sms2fa
