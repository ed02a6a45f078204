// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "lib/session/login_request.h"
#include "lib/session/policy.h"
#include "lib/store/store.h"

namespace sms2fa {

// The rate limits of number, user and source that one message for this request is taken from: of
// each the whole, and unless the request is proven a share besides, which is all that such requests
// can take. The unproven have half of each, ordinary users half, and a quarter of the host's. A
// decoy's stand apart, so that it runs dry as a real one would without taking anything from
// anybody; those of a person who is barred for a while stay their own, or a rate limit that is
// fresh again would show the lock.
std::vector<RateLimit> rate_limits_for(const LimitSettings& limits, const LoginRequest& request,
                                       const Eligibility& eligibility);

// Every rate limit and share that is one person's alone, whoever logs in as them and from wherever.
std::vector<RateLimit> personal_rate_limits(const LimitSettings& limits, const std::string& user,
                                            const Eligibility& eligibility);

// The rate limits of all messages together, with their share. Real ones are taken from them, decoys
// only look at them.
std::vector<RateLimit> host_rate_limits(const LimitSettings& limits, const LoginRequest& request,
                                        bool only_looked_at);

// The key's name in [limits].
const char* to_string(RateLimitScope scope);

LockRules lock_rules(const LimitSettings& limits);

// Accounts for the sends of one delivery in the store, and for how they went in its counters.
class StoreQuota final : public SendQuota {
 public:
  enum class Sender { provider, decoy };  // no metric shows a decoy's

  StoreQuota(Store& store, std::vector<RateLimit> rate_limits, Sender sender = Sender::provider)
      : store_(store), rate_limits_(std::move(rate_limits)), sender_(sender) {}

  bool reserve(const std::string& provider) override;
  void settle(const SendReport& report) override;

  // Why the last reserve() said no.
  bool store_failed() const { return store_failed_; }
  std::chrono::seconds retry_in() const { return retry_in_; }
  const std::string& detail() const { return detail_; }
  const std::string& limit() const { return limit_; }  // "" when none did

 private:
  Store& store_;
  std::vector<RateLimit> rate_limits_;
  Sender sender_;
  std::optional<SendId> reserved_;
  SteadyTime reserved_at_{};
  bool store_failed_ = false;
  std::chrono::seconds retry_in_{0};
  std::string detail_;
  std::string limit_;
};

}  // namespace sms2fa
