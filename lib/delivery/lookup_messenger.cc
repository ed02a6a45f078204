// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/lookup_messenger.h"

#include <algorithm>

namespace sms2fa {

namespace {

constexpr std::chrono::hours kFresh{1};
constexpr size_t kMostNumbers = 10'000;
// The message needs the rest of the time.
constexpr Milliseconds kLongestLookup{2000};
// Twilio calls a score from 75 on a moderate or high risk.
constexpr int kRisky = 75;
constexpr const char* kFailed = "the look-up failed";

std::string detail_of(const char* reason, const NumberFacts& facts) {
  return std::string("lookup: ") + reason + (facts.why.empty() ? "" : " (" + facts.why + ")");
}

bool swapped_lately(const NumberFacts& facts, std::chrono::seconds within, WallTime now) {
  if (facts.sim_swapped_at) return now - *facts.sim_swapped_at < within;
  return facts.sim_swapped_in_period;
}

// The class of what stands in the way, and its reason for the log; `accepted` when nothing does.
std::pair<SendStatus, const char*> judge(const NumberFacts& facts, Medium medium,
                                         const LookupRules& rules, WallTime now) {
  if (!facts.valid) return {SendStatus::number_refused, "the number is not valid"};
  if (swapped_lately(facts, rules.sim_swap_within, now))
    return {SendStatus::number_refused, "the SIM card was swapped lately"};
  if (facts.line == NumberFacts::Line::voip && !rules.voip_allowed)
    return {SendStatus::number_refused, "the number is VoIP"};
  if (facts.blocked || facts.pumping_risk >= kRisky)
    return {SendStatus::blocked, "the number is at risk of SMS pumping"};
  if (facts.line == NumberFacts::Line::landline && medium == Medium::sms)
    return {SendStatus::number_cannot_sms, "the number is a landline"};
  if (!facts.known && rules.required) return {SendStatus::try_elsewhere, kFailed};
  return {SendStatus::accepted, ""};
}

}  // namespace

LookupMessenger::LookupMessenger(std::unique_ptr<Messenger> messenger,
                                 std::unique_ptr<NumberLookup> lookup, const LookupRules& rules,
                                 const Clock& clock)
    : messenger_(std::move(messenger)), lookup_(std::move(lookup)), rules_(rules), clock_(clock) {}

SendReport LookupMessenger::deliver(const LoginMessage& message, const Route& route,
                                    SendQuota& quota, SteadyTime deadline) {
  const NumberFacts facts = facts_of(message.to, deadline);
  const auto [status, reason] = judge(facts, message.medium, rules_, clock_.wall_now());
  if (status != SendStatus::accepted)
    return {.status = status,
            .provider = "lookup",
            .detail = detail_of(reason, facts),
            .medium = message.medium};
  SendReport report = messenger_->deliver(message, route, quota, deadline);
  if (!facts.known) {
    report.detail = detail_of(kFailed, facts) + "; " + report.detail;
    report.needs_attention = true;
  }
  return report;
}

NumberFacts LookupMessenger::facts_of(const PhoneNumber& number, SteadyTime deadline) {
  {
    const MutexLock lock(mutex_);
    const auto found = known_.find(number);
    if (found != known_.end() && clock_.now() - found->second.since < kFresh)
      return found->second.facts;
  }
  NumberFacts facts = lookup_->look_up(number, std::min(deadline, clock_.now() + kLongestLookup));
  if (facts.known) keep(number, facts);
  return facts;
}

void LookupMessenger::keep(const PhoneNumber& number, const NumberFacts& facts) {
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.now();
  if (known_.size() >= kMostNumbers)
    std::erase_if(known_, [&](const auto& entry) { return now - entry.second.since >= kFresh; });
  if (known_.size() >= kMostNumbers) known_.clear();
  known_.insert_or_assign(number, Known{facts, now});
}

}  // namespace sms2fa
