// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/dispatcher.h"

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

SendReport Dispatcher::deliver(const TextMessage& message, SendLedger& ledger,
                               SteadyTime deadline) {
  SendReport report{.status = SendStatus::try_elsewhere};
  std::string story;
  bool may_have_been_sent = false;
  for (const auto& gateway : gateways_) {
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
  report.detail = story.empty() ? "no provider is configured" : std::move(story);
  report.may_have_been_sent = may_have_been_sent;
  return report;
}

}  // namespace sms2fa
