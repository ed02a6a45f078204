// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/audit/event.h"
#include "lib/audit/notice.h"
#include "lib/delivery/messenger.h"
#include "lib/store/store.h"

// What is counted for `sms2fa metrics`, as increments of the store's counters. Labels hold words of
// the configuration and of the log's contract only, never anything of a person's.
namespace sms2fa::metrics {

// Names of the counters, as OpenMetrics spells them.
inline constexpr const char* kAttempts = "sms2fa_attempts_total";    // method, verdict, reason
inline constexpr const char* kAnswers = "sms2fa_answers_total";      // counted ones, by method
inline constexpr const char* kWrong = "sms2fa_wrong_answers_total";  // of those, by series
inline constexpr const char* kRules =
    "sms2fa_rules_total";  // verdicts of [rule NAME]: rule, verdict
inline constexpr const char* kSends = "sms2fa_sends_total";            // provider, method, result
inline constexpr const char* kSendTime = "sms2fa_send_seconds";        // a histogram of those
inline constexpr const char* kDeliveries = "sms2fa_deliveries_total";  // provider, method, state
inline constexpr const char* kNotices =
    "sms2fa_notices_total";  // kind; a lock's and its like by series

// Of the histogram kSendTime: `_count` and `_bucket`s are kept as they are printed, the sum as
// whole milliseconds under kSendTimeSum.
inline constexpr const char* kSendTimeSum = "sms2fa_send_milliseconds_sum";

// Begins the names under which messages are counted that were only pretended; `sms2fa metrics` does
// not print those.
inline constexpr const char* kOfDecoys = "decoy_";

// The upper bounds of its buckets; +Inf follows.
inline constexpr std::chrono::milliseconds kBuckets[] = {
    std::chrono::milliseconds(50),   std::chrono::milliseconds(100),
    std::chrono::milliseconds(250),  std::chrono::milliseconds(500),
    std::chrono::milliseconds(1000), std::chrono::milliseconds(2500),
    std::chrono::milliseconds(5000), std::chrono::milliseconds(10000)};

std::vector<Counter> of(const AuditEvent& event);
std::vector<Counter> of(const AuditNotice& notice);
// One request to one provider, with how long it took.
std::vector<Counter> of(const SendReport& report, std::chrono::milliseconds took);

// `name="value"`, the value escaped as OpenMetrics wants it.
std::string label(const std::string& name, std::string_view value);
// A bound as it stands in `le`: seconds, "0.25" or "10.0".
std::string bucket_word(std::chrono::milliseconds bound);

}  // namespace sms2fa::metrics
