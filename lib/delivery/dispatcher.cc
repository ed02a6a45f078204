// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/dispatcher.h"

#include <algorithm>

namespace sms2fa {

namespace {

// Whether the next provider may try after one has ended like this. An ambiguous end forbids it: the
// person might get two messages, and somebody pays for both.
bool may_try_next(SendStatus status) {
  switch (status) {
    case SendStatus::credentials:
    case SendStatus::try_elsewhere:
      return true;
    case SendStatus::accepted:
    case SendStatus::ambiguous:
    case SendStatus::number_cannot_sms:
    case SendStatus::number_refused:
    case SendStatus::blocked:
    case SendStatus::not_permitted:
      return false;
  }
  return false;
}

void add_line(std::string& story, const std::string& provider, const std::string& what) {
  if (!story.empty()) story += "; ";
  story += provider + ": " + what;
}

}  // namespace

// In the order in which they are to be tried.
std::vector<Gateway*> Dispatcher::along(const Route& route, Medium medium) const {
  std::vector<Gateway*> usable;
  for (const auto& gateway : gateways_) {
    if (!gateway->serves(medium)) continue;
    if (!route.only.empty() && gateway->name() != route.only) continue;
    if (route.own_code && gateway->checks_code()) continue;
    usable.push_back(gateway.get());
  }
  std::stable_partition(usable.begin(), usable.end(),
                        [&](const Gateway* gateway) { return gateway->name() != route.last; });
  return usable;
}

void Dispatcher::keep_warm() {
  for (const auto& gateway : gateways_) gateway->keep_warm();
}

bool Dispatcher::offers(Medium medium, const Route& route) const {
  return !along(route, medium).empty();
}

CheckStatus Dispatcher::check(const std::string& provider, const PhoneNumber& to,
                              const std::string& message_id, const Secret& code,
                              SteadyTime deadline) {
  for (const auto& gateway : gateways_)
    if (gateway->name() == provider) return gateway->check(to, message_id, code, deadline);
  return CheckStatus::unreachable;
}

SendReport Dispatcher::deliver(const LoginMessage& message, const Route& route, SendLedger& ledger,
                               SteadyTime deadline) {
  SendReport report{.status = SendStatus::try_elsewhere};
  std::string story;
  bool may_have_been_sent = false;
  for (Gateway* const gateway : along(route, message.medium)) {
    if (clock_.now() >= deadline) {
      add_line(story, gateway->name(), "no time left");
      break;
    }
    if (!ledger.reserve(gateway->name())) {
      report = {.status = SendStatus::not_permitted, .provider = gateway->name()};
      add_line(story, gateway->name(), "not permitted");
      break;
    }
    report = gateway->send(message, deadline);
    report.failed_over = !story.empty();
    ledger.settle(report);
    may_have_been_sent = may_have_been_sent || report.may_have_been_sent;
    add_line(story, gateway->name(),
             std::string(to_string(report.status)) +
                 (report.detail.empty() ? "" : " (" + report.detail + ")"));
    if (!may_try_next(report.status)) break;
  }
  report.detail = story.empty() ? "no provider is configured for this" : std::move(story);
  report.may_have_been_sent = may_have_been_sent;
  return report;
}

}  // namespace sms2fa
