// SPDX-License-Identifier: Apache-2.0
#include "lib/session/plain_message.h"

#include <utility>

#include "lib/session/limits.h"
#include "lib/session/policy.h"
#include "lib/session/wording.h"

namespace sms2fa {

PlainSending send_plain(const LoginRequest& request, const Configuration& settings,
                        const Directory& directory, Messenger& messenger, Store& store,
                        const Clock& clock, const PhoneNumber& number, Secret text) {
  // A number may have been kept before there was a rule against it.
  if (directory.reach_of(number) != Reach::open)
    return {false, "no code may go to " + number.masked(), wording::could_not_send()};
  Eligibility eligibility;
  eligibility.is_real = true;
  eligibility.phone = number;
  auto rate_limits = rate_limits_for(settings.limits, request, eligibility);
  for (RateLimit& rate_limit : host_rate_limits(settings.limits, request, false))
    rate_limits.push_back(std::move(rate_limit));
  StoreQuota quota(store, std::move(rate_limits));
  const LoginMessage message = {number, std::move(text), settings.code.lifetime};
  const SendReport report = messenger.deliver(message, {.own_code = true}, quota,
                                              clock.now() + settings.delivery.deadline);
  if (report.status == SendStatus::accepted || report.status == SendStatus::ambiguous)
    return {true, report.detail, ""};
  if (report.status != SendStatus::not_permitted)
    return {false, report.detail, wording::could_not_send()};
  return {false, quota.detail(),
          quota.store_failed() ? wording::could_not_send()
                               : wording::too_many_messages(quota.retry_in()),
          quota.limit()};
}

}  // namespace sms2fa
