// SPDX-License-Identifier: Apache-2.0
#include "lib/session/message_sender.h"

#include <algorithm>
#include <utility>

#include "lib/session/limits.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using std::chrono::duration_cast;
using Outcome = Sending::Outcome;

Sending sending_of(SendStatus status) {
  switch (status) {
    case SendStatus::accepted:
      return {Outcome::sent};
    case SendStatus::ambiguous:
      return {Outcome::perhaps};
    case SendStatus::number_cannot_sms:
    case SendStatus::number_refused:
    case SendStatus::blocked:
      return {.outcome = Outcome::not_sent, .reason = Reason::number_failed};
    case SendStatus::credentials:
    case SendStatus::try_elsewhere:
    case SendStatus::not_permitted:
      return {Outcome::not_sent};
  }
  return {Outcome::not_sent};
}

Sending not_permitted_by(const StoreLedger& ledger, AuditEvent& event) {
  event.detail = ledger.detail();
  return {ledger.store_failed() ? Outcome::store_failed : Outcome::over_budget, ledger.retry_in()};
}

}  // namespace

Sending MessageSender::send(const Standing& standing, const Challenge& challenge,
                            SteadyTime deadline) {
  const auto& settings = setup_.configuration;
  auto budgets = budgets_for(settings.limits, request_, standing);
  budgets.push_back(host_budget(settings.limits));
  StoreLedger ledger(around_.store, std::move(budgets));
  const SteadyTime start = around_.clock.now();
  const LoginMessage message = {
      *standing.phone,
      wording::text_message(settings.message, setup_.host, request_.service, challenge.ref(),
                            challenge.code()),
      settings.code.lifetime};
  const SendReport report = setup_.messenger->deliver(message, {}, ledger, deadline);
  const auto took = duration_cast<Milliseconds>(around_.clock.now() - start);
  if (report.status == SendStatus::not_permitted) return not_permitted_by(ledger, event_);

  event_.send_took = took;
  event_.provider = report.provider;
  event_.message_id = report.message_id;
  // A provider that had to be stood in for needs an administrator, although the person got in.
  event_.needs_attention = report.failed_over || report.status != SendStatus::accepted;
  event_.detail = event_.needs_attention ? report.detail : "";
  around_.deliveries.remember(
      {took, report.status, report.may_have_been_sent, around_.clock.now()});
  return sending_of(report.status);
}

Sending MessageSender::pretend(const Standing& standing) {
  const auto& limits = setup_.configuration.limits;
  const SteadyTime start = around_.clock.now();
  StoreLedger ledger(around_.store, budgets_for(limits, request_, standing), {host_budget(limits)});
  if (!ledger.reserve("")) return not_permitted_by(ledger, event_);

  const auto sample = around_.deliveries.draw(around_.random, start);
  // Given back to the budgets if that message was.
  ledger.settle(sample ? SendReport{.status = sample->status,
                                    .may_have_been_sent = sample->may_have_been_sent}
                       : SendReport{.status = SendStatus::try_elsewhere});
  if (!sample) return {Outcome::not_sent};
  const auto already = duration_cast<Milliseconds>(around_.clock.now() - start);
  if (!person_.pause(std::max(Milliseconds(0), sample->took - already)))
    return {Outcome::shutting_down};
  return sending_of(sample->status);
}

}  // namespace sms2fa
