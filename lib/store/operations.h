// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"

namespace sms2fa {

// An administrator's bypass code: what a typed one is hashed with, and how long it is good for yet.
struct Bypass {
  std::string parameters;
  std::chrono::seconds expires_in;
};

// The circuit is open: no request goes to the provider for a while.
inline constexpr const char* kProviderOpen = "open";

// How a provider fares, as its circuit breaker sees it.
struct ProviderState {
  std::string name;       // in the configuration
  std::string state;      // closed, half-open, or kProviderOpen
  WallTime since{};       // when it came into this state
  unsigned failures = 0;  // in a row
};

// What a counter of the metrics has grown by, or stands at. `labels` as in `provider="twilio"`.
struct Counter {
  std::string name;
  std::string labels;
  int64_t value = 0;
};

// The counter of what was dropped, because more came than the store could write.
inline constexpr const char* kRecordsDropped = "sms2fa_records_dropped_total";

// The part of the store that serves those who run the machine. Thread-safe; each call is atomic,
// and durable when it returns, unless it says "soon".
class OperationsStore {
 public:
  virtual ~OperationsStore() = default;

  // Puts this in the place of any bypass code that the user has. `hash` is what hash_backup_code()
  // (lib/otp) makes of the code with `parameters`; the code itself is not kept.
  virtual Result<void> issue_bypass(const std::string& user, const std::string& parameters,
                                    const std::string& hash, std::chrono::seconds lifetime) = 0;
  // nullopt: the user has none that is good now.
  virtual Result<std::optional<Bypass>> bypass_of(const std::string& user) = 0;
  // True once for a bypass code that has not expired by the store's own time. It is used up then.
  virtual Result<bool> use_bypass(const std::string& user, const std::string& hash) = 0;

  // How long it is until `deadline` by the calendar; nothing or less from then on, for good,
  // whatever becomes of the clock. A deadline other than the one asked for last begins anew.
  virtual Result<std::chrono::seconds> time_left(WallTime deadline) = 0;

  // Durable soon.
  virtual Result<void> record_provider_state(const ProviderState& state) = 0;
  // Of every provider there ever was, by name.
  virtual Result<std::vector<ProviderState>> provider_states() = 0;

  // Adds to each, or begins it. Durable soon: what is lost in a crash is lost.
  virtual Result<void> add_to_counters(const std::vector<Counter>& counters) = 0;
  // By name and labels.
  virtual Result<std::vector<Counter>> counters() = 0;
};

}  // namespace sms2fa
