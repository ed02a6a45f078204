// SPDX-License-Identifier: Apache-2.0
#include "lib/session/outlook.h"

#include <algorithm>

#include "lib/base/text.h"
#include "lib/session/limits.h"

namespace sms2fa {

namespace {

using Meets = Outlook::Meets;
constexpr Meets kAllMeets[] = {Meets::question, Meets::decoy, Meets::nothing, Meets::failure};

Outlook failure(Outlook outlook, const Error& error) {
  outlook.meets = Meets::failure;
  outlook.detail = escape(error.message, 300);
  return outlook;
}

// With the shares of logins that have proved nothing, but without the sources': which source it
// will be is not known.
std::vector<RateLimit> rate_limits_of(LoginRequest request, const LimitSettings& limits,
                                      const Eligibility& eligibility) {
  request.lane = Lane::unproven;
  auto rate_limits = rate_limits_for(limits, request, eligibility);
  for (RateLimit& rate_limit : host_rate_limits(limits, request, true))
    rate_limits.push_back(std::move(rate_limit));
  std::erase_if(rate_limits,
                [](const RateLimit& each) { return each.scope == RateLimitScope::source; });
  return rate_limits;
}

Result<std::vector<LimitState>> limits_of(const LoginRequest& request, const LimitSettings& limits,
                                          const Eligibility& eligibility, Store& store) {
  std::vector<LimitState> states;
  if (!eligibility.phone && !eligibility.locked_out_phone) return states;
  const auto rate_limits = rate_limits_of(request, limits, eligibility);
  const auto now = store.rate_limit_states(rate_limits);
  if (!now) return now.error();
  for (size_t i = 0; i < rate_limits.size() && i < now->size(); ++i)
    states.push_back({to_string(rate_limits[i].scope), rate_limits[i].count, rate_limits[i].window,
                      (*now)[i].left, (*now)[i].next_in, rate_limits[i].is_share});
  return states;
}

void take(const Eligibility& eligibility, Outlook& outlook) {
  outlook.meets = eligibility.is_real             ? Meets::question
                  : eligibility.passes_unenrolled ? Meets::nothing
                                                  : Meets::decoy;
  if (outlook.meets == Meets::decoy) outlook.reason = to_string(eligibility.decoy_reason);
  outlook.detail = escape(eligibility.detail, 300);
  const auto& phone = eligibility.is_real ? eligibility.phone : eligibility.locked_out_phone;
  if (phone) outlook.number = phone->masked();
  for (const Method method : eligibility.methods) outlook.methods.emplace_back(to_string(method));
  outlook.by_message = phone.has_value();
  outlook.by_other = eligibility.other_way;
  outlook.app_unavailable = eligibility.app_unavailable;
  outlook.number_unavailable = eligibility.number_unavailable;
  outlook.chance = eligibility.chance;
}

}  // namespace

const char* to_string(Meets meets) {
  switch (meets) {
    case Meets::question:
      return "question";
    case Meets::decoy:
      return "decoy";
    case Meets::nothing:
      return "nothing";
    case Meets::failure:
      return "failure";
  }
  return "failure";
}

std::optional<Meets> meets_from(std::string_view word) {
  for (const Meets meets : kAllMeets)
    if (word == to_string(meets)) return meets;
  return std::nullopt;
}

const LimitState* Outlook::exhausted() const {
  const LimitState* last = nullptr;
  for (const LimitState& limit : limits)
    if (limit.next_in.count() > 0 &&
        // What stops everybody says more than what stops some.
        (last == nullptr ||
         std::pair(!limit.is_share, limit.next_in) > std::pair(!last->is_share, last->next_in)))
      last = &limit;
  return last;
}

bool Outlook::is_out() const {
  if (meets == Meets::nothing) return false;
  if (meets != Meets::question) return true;
  return exhausted() != nullptr && !by_other;
}

LoginRequest imagined_request(const std::string& user, const std::optional<Identity>& account,
                              const DirectorySettings& settings) {
  LoginRequest request;
  request.user = account ? account->name : user;
  request.lane = Lane::proven;
  if (account)
    request.uid = account->uid;
  else if (!settings.virtual_users.empty())
    request.service = settings.virtual_users.front();
  return request;
}

Outlook outlook_of(const std::string& user, const Result<std::optional<Identity>>& account,
                   const Configuration& configuration, const Directory& directory, Store& store,
                   KeyRing* keys) {
  Outlook outlook;
  outlook.user = escape(user);
  if (!account) return failure(outlook, account.error());
  outlook.has_account = account->has_value();
  const auto request = imagined_request(user, *account, configuration.directory);
  outlook.user = escape(request.user);
  auto series = store.series_of(request.user);
  if (!series) return failure(outlook, series.error());
  outlook.series = std::move(*series);
  const auto eligibility = eligibility_of(request, configuration, directory, store, keys);
  if (!eligibility) return failure(outlook, eligibility.error());
  take(*eligibility, outlook);
  auto limits = limits_of(request, configuration.limits, *eligibility, store);
  if (!limits) return failure(outlook, limits.error());
  outlook.limits = std::move(*limits);
  return outlook;
}

}  // namespace sms2fa
