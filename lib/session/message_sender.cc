// SPDX-License-Identifier: Apache-2.0
#include "lib/session/message_sender.h"

#include <algorithm>
#include <utility>

#include "lib/session/enroll_wording.h"
#include "lib/session/limits.h"
#include "lib/session/notices.h"
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
    case SendStatus::opted_out:
    case SendStatus::blocked:
      return {.outcome = Outcome::not_sent, .reason = Reason::number_failed};
    case SendStatus::credentials:
    case SendStatus::try_elsewhere:
    case SendStatus::not_permitted:
      return {Outcome::not_sent};
  }
  return {Outcome::not_sent};
}

Sending not_permitted_by(const StoreLedger& ledger, SendingNote& note) {
  note.detail = ledger.detail();
  return {ledger.store_failed() ? Outcome::store_failed : Outcome::over_budget, ledger.retry_in(),
          ledger.limit()};
}

// What an ordinary user's program calls itself is nothing to tell to a phone.
std::string service_to_tell(const LoginRequest& request) {
  return request.lane == Lane::own ? "" : request.service;
}

LoginMessage message_of(const SendJob& job, Medium medium) {
  const Configuration& settings = job.setup->configuration;
  const Challenge& challenge = *job.challenge;
  const MessageSettings texts =
      job.request.enrolls ? wording::for_enrolment(settings.message) : settings.message;
  return {job.to,
          medium == Medium::voice
              ? wording::spoken_message(texts, challenge.code())
              : wording::text_message(texts, job.setup->host, service_to_tell(job.request),
                                      challenge.ref(), challenge.code()),
          settings.code.lifetime, medium, texts.language};
}

std::shared_ptr<const FollowedMessage> follow(const SendJob& job, const SendReport& report,
                                              AuditLog& audit) {
  if (report.status != SendStatus::accepted) return nullptr;
  AuditNotice notice = Notices(job.request, audit)
                           .begin(NoticeKind::delivery, std::string(to_string(report.medium)));
  notice.provider = report.provider;
  notice.message_id = report.message_id;
  notice.ref = job.challenge->ref();
  notice.number = job.to;
  return job.setup->messenger->follow(report, job.challenge->expires_at(),
                                      [notice, &audit](const DeliveryStatus& fate) {
                                        AuditNotice told = notice;
                                        told.state = to_string(fate.state);
                                        told.detail = fate.detail;
                                        told.needs_attention = fate.state == DeliveryState::failed;
                                        audit.notice(told);
                                      });
}

}  // namespace

void SendingNote::write_into(AuditEvent& event) const {
  event.provider = provider;
  event.message_id = message_id;
  event.detail = detail;
  event.needs_attention = needs_attention;
  event.send_took = took;
}

Sending send_message(const SendJob& job, Surroundings& around, SendingNote& note) {
  const LimitSettings& limits = job.setup->configuration.limits;
  Messenger& messenger = *job.setup->messenger;
  auto budgets = job.budgets;
  for (Budget& budget : host_budgets(limits, job.request, false))
    budgets.push_back(std::move(budget));
  StoreLedger ledger(around.store, std::move(budgets));
  const SteadyTime start = around.clock.now();
  SendReport report =
      messenger.deliver(message_of(job, job.medium), job.route, ledger, job.deadline);
  const bool calls_instead = report.status == SendStatus::number_cannot_sms &&
                             job.medium == Medium::sms && job.may_call &&
                             messenger.offers(Medium::voice, job.route);
  std::string refusal;
  if (calls_instead) {
    refusal = report.detail + "; called instead: ";
    report = messenger.deliver(message_of(job, Medium::voice), job.route, ledger, job.deadline);
  }
  const SteadyTime end = around.clock.now();
  if (report.status == SendStatus::not_permitted) return not_permitted_by(ledger, note);

  note.took = duration_cast<Milliseconds>(end - start);
  note.provider = report.provider;
  note.message_id = report.message_id;
  // A provider that had to be stood in for needs an administrator, although the person got in; so
  // does a number that takes no texts, or that could not be looked up.
  note.needs_attention = calls_instead || report.failed_over || report.needs_attention ||
                         report.status != SendStatus::accepted;
  note.detail = note.needs_attention ? refusal + report.detail : "";
  if (!calls_instead)
    around.deliveries.remember({end - start, report.status, report.may_have_been_sent, end,
                                job.medium, report.provider_checks});
  Sending sending = sending_of(report.status);
  sending.medium = report.medium;
  if (report.status == SendStatus::opted_out) sending.opted_out_of = report.sender;
  sending.carrier = {report.provider, report.message_id, report.provider_checks,
                     follow(job, report, around.audit)};
  return sending;
}

Sending pretend_to_send(const LoginRequest& request, const Setup& setup, const Standing& standing,
                        Medium medium, Surroundings& around, Conversation& person,
                        SendingNote& note) {
  const LimitSettings& limits = setup.configuration.limits;
  const SteadyTime start = around.clock.now();
  auto budgets = budgets_for(limits, request, standing);
  for (Budget& budget : host_budgets(limits, request, true)) budgets.push_back(std::move(budget));
  StoreLedger ledger(around.store, std::move(budgets), StoreLedger::Sender::decoy);
  if (!ledger.reserve("")) return not_permitted_by(ledger, note);

  const auto sample = around.deliveries.draw(around.random, start, medium);
  SendReport report{.status = SendStatus::try_elsewhere,
                    .provider = setup.configuration.delivery.providers.front().name};
  report.medium = medium;
  bool goes_on = true;
  if (sample) {
    report.status = sample->status;
    report.may_have_been_sent = sample->may_have_been_sent;
    const auto already = around.clock.now() - start;
    goes_on = person.pause(std::max(SteadyDuration(0), sample->took - already));
  }
  // When a real one would be, and given back to the budgets if that message was.
  ledger.settle(report);
  if (!sample) return {Outcome::not_sent};
  if (!goes_on) return {Outcome::shutting_down};
  Sending sending = sending_of(sample->status);
  sending.medium = medium;
  sending.carrier.checks = sample->provider_checks;
  return sending;
}

}  // namespace sms2fa
