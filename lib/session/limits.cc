// SPDX-License-Identifier: Apache-2.0
#include "lib/session/limits.h"

#include "lib/session/metrics.h"

namespace sms2fa {

namespace {

std::string name_of(Lane lane) {
  switch (lane) {
    case Lane::proven:
    case Lane::unproven:
      break;
    case Lane::own:
      return "own:";
    case Lane::named:
      return "named:";
  }
  return "unproven:";
}

// At least one.
unsigned share_of(unsigned count, unsigned parts) {
  return (count + parts - 1) / parts;
}

std::vector<RateLimit> with_shares(std::vector<RateLimit> rate_limits, Lane lane) {
  if (lane == Lane::proven) return rate_limits;
  for (size_t i = rate_limits.size(); i-- > 0;) {
    RateLimit share = rate_limits[i];
    const bool own = lane == Lane::own || lane == Lane::named;
    const bool is_host =
        share.scope == RateLimitScope::host || share.scope == RateLimitScope::host_day;
    share.is_share = true;
    share.key = name_of(lane) + share.key;
    share.count = share_of(share.count, own && is_host ? 4 : 2);
    rate_limits.push_back(std::move(share));
  }
  return rate_limits;
}

}  // namespace

const char* to_string(RateLimitScope scope) {
  switch (scope) {
    case RateLimitScope::number:
      return "sends_per_number";
    case RateLimitScope::user:
      return "sends_per_user";
    case RateLimitScope::source:
      return "sends_per_source";
    case RateLimitScope::host:
      return "sends_per_host";
    case RateLimitScope::host_day:
      return "sends_per_host_per_day";
  }
  return "a limit";
}

std::vector<RateLimit> rate_limits_for(const LimitSettings& limits, const LoginRequest& request,
                                       const Eligibility& eligibility) {
  const auto& phone = eligibility.is_decoy() ? eligibility.locked_out_phone : eligibility.phone;
  const std::string apart = "decoy:" + request.user;
  return with_shares(
      {
          {RateLimitScope::number, phone ? phone->e164() : apart, limits.sends_per_number.count,
           limits.sends_per_number.window},
          {RateLimitScope::user, phone ? request.user : apart, limits.sends_per_user.count,
           limits.sends_per_user.window},
          {RateLimitScope::source, request.source(), limits.sends_per_source.count,
           limits.sends_per_source.window},
      },
      request.lane);
}

std::vector<RateLimit> personal_rate_limits(const LimitSettings& limits, const std::string& user,
                                            const Eligibility& eligibility) {
  std::vector<RateLimit> rate_limits;
  for (const Lane lane : {Lane::unproven, Lane::own}) {
    LoginRequest request;
    request.user = user;
    request.lane = lane;
    for (RateLimit& rate_limit : rate_limits_for(limits, request, eligibility))
      if (rate_limit.scope != RateLimitScope::source) rate_limits.push_back(std::move(rate_limit));
  }
  return rate_limits;
}

std::vector<RateLimit> host_rate_limits(const LimitSettings& limits, const LoginRequest& request,
                                        bool only_looked_at) {
  return with_shares({{RateLimitScope::host, "", limits.sends_per_host.count,
                       limits.sends_per_host.window, only_looked_at},
                      {RateLimitScope::host_day, "", limits.sends_per_host_per_day,
                       std::chrono::days(1), only_looked_at}},
                     request.lane);
}

LockRules lock_rules(const LimitSettings& limits) {
  return {limits.wrong_before_lockout, limits.lockout, limits.wrong_before_disable};
}

bool StoreQuota::reserve(const std::string&) {
  reserved_.reset();
  limit_.clear();
  reserved_at_ = std::chrono::steady_clock::now();
  const auto decision = store_.reserve_send(rate_limits_);
  store_failed_ = !decision;
  if (!decision) {
    detail_ = decision.error().message;
    return false;
  }
  reserved_ = decision->reserved;
  if (reserved_) return true;
  retry_in_ = decision->retry_in;
  limit_ = to_string(decision->exhausted);
  detail_ = (decision->is_share ? "the unproven share of " : "") + limit_ + " is used up";
  return false;
}

void StoreQuota::settle(const SendReport& report) {
  if (!reserved_) return;
  const auto took = std::chrono::steady_clock::now() - reserved_at_;
  auto counters = metrics::of(report, std::chrono::duration_cast<Milliseconds>(took));
  // What is durable soon makes the next commit longer, which is the first answer's when that comes
  // within a moment. So a decoy's message counts too, and grows, for SQLite spares itself a write
  // that changes nothing; but where no metric is read from.
  if (sender_ == Sender::decoy)
    for (Counter& counter : counters) counter.name.insert(0, metrics::kOfDecoys);
  (void)store_.add_to_counters(counters).ok();
  const bool spent = report.status == SendStatus::accepted || report.may_have_been_sent;
  // A failure here leaves the message spent, which is the safe side.
  (void)store_.settle_send(*reserved_, spent).ok();
  reserved_.reset();
}

}  // namespace sms2fa
