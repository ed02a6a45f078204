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
std::vector<Budget> budgets_of(LoginRequest request, const LimitSettings& limits,
                               const Standing& standing) {
  request.lane = Lane::unproven;
  auto budgets = budgets_for(limits, request, standing);
  for (Budget& budget : host_budgets(limits, request, true)) budgets.push_back(std::move(budget));
  std::erase_if(budgets, [](const Budget& each) { return each.scope == BudgetScope::source; });
  return budgets;
}

Result<std::vector<LimitState>> limits_of(const LoginRequest& request, const LimitSettings& limits,
                                          const Standing& standing, Store& store) {
  std::vector<LimitState> states;
  if (!standing.phone && !standing.barred_phone) return states;
  const auto budgets = budgets_of(request, limits, standing);
  const auto now = store.budget_states(budgets);
  if (!now) return now.error();
  for (size_t i = 0; i < budgets.size() && i < now->size(); ++i)
    states.push_back({to_string(budgets[i].scope), budgets[i].count, budgets[i].window,
                      (*now)[i].left, (*now)[i].next_in, budgets[i].is_share});
  return states;
}

void take(const Standing& standing, Outlook& outlook) {
  outlook.meets = standing.is_real             ? Meets::question
                  : standing.passes_unenrolled ? Meets::nothing
                                               : Meets::decoy;
  if (outlook.meets == Meets::decoy) outlook.reason = to_string(standing.decoy_reason);
  outlook.detail = escape(standing.detail, 300);
  const auto& phone = standing.is_real ? standing.phone : standing.barred_phone;
  if (phone) outlook.number = phone->masked();
  for (const Method method : standing.methods) outlook.methods.emplace_back(to_string(method));
  outlook.by_message = phone.has_value();
  outlook.by_other = standing.other_way;
  outlook.app_unavailable = standing.app_unavailable;
  outlook.number_unavailable = standing.number_unavailable;
  outlook.chance = standing.chance;
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
  const auto standing = standing_of(request, configuration, directory, store, keys);
  if (!standing) return failure(outlook, standing.error());
  take(*standing, outlook);
  auto limits = limits_of(request, configuration.limits, *standing, store);
  if (!limits) return failure(outlook, limits.error());
  outlook.limits = std::move(*limits);
  return outlook;
}

}  // namespace sms2fa
