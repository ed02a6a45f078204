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
using Outcome = SendResult::Outcome;

SendResult sending_of(SendStatus status) {
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

SendResult not_permitted_by(const StoreQuota& quota, SendLogFields& note) {
  note.detail = quota.detail();
  return {quota.store_failed() ? Outcome::store_failed : Outcome::over_limit, quota.retry_in(),
          quota.limit()};
}

// What an ordinary user's program calls itself is nothing to tell to a phone.
std::string service_to_tell(const LoginRequest& request) {
  return request.lane == Lane::own ? "" : request.service;
}

LoginMessage message_of(const SendRequest& job, Medium medium) {
  const Configuration& settings = job.snapshot->configuration;
  const Challenge& challenge = *job.challenge;
  const MessageSettings texts =
      job.request.enrolls ? wording::for_enrolment(settings.message) : settings.message;
  return {job.to,
          medium == Medium::voice
              ? wording::spoken_message(texts, challenge.code())
              : wording::text_message(texts, job.snapshot->host, service_to_tell(job.request),
                                      challenge.ref(), challenge.code()),
          settings.code.lifetime, medium, texts.language};
}

std::shared_ptr<const TrackedMessage> follow(const SendRequest& job, const SendReport& report,
                                             AuditLog& audit) {
  if (report.status != SendStatus::accepted) return nullptr;
  AuditNotice notice = Notices(job.request, audit)
                           .begin(NoticeKind::delivery, std::string(to_string(report.medium)));
  notice.provider = report.provider;
  notice.message_id = report.message_id;
  notice.ref = job.challenge->ref();
  notice.number = job.to;
  return job.snapshot->messenger->follow(
      report, job.challenge->expires_at(), [notice, &audit](const DeliveryStatus& status) {
        AuditNotice told = notice;
        told.state = to_string(status.state);
        told.detail = status.detail;
        told.needs_attention = status.state == DeliveryState::failed;
        audit.notice(told);
      });
}

}  // namespace

void SendLogFields::write_into(AuditEvent& event) const {
  event.provider = provider;
  event.message_id = message_id;
  event.detail = detail;
  event.needs_attention = needs_attention;
  event.send_took = took;
}

SendResult send_message(const SendRequest& job, Services& services, SendLogFields& note) {
  const LimitSettings& limits = job.snapshot->configuration.limits;
  Messenger& messenger = *job.snapshot->messenger;
  auto rate_limits = job.rate_limits;
  for (RateLimit& rate_limit : host_rate_limits(limits, job.request, false))
    rate_limits.push_back(std::move(rate_limit));
  StoreQuota quota(services.store, std::move(rate_limits));
  const SteadyTime start = services.clock.now();
  SendReport report =
      messenger.deliver(message_of(job, job.medium), job.route, quota, job.deadline);
  const bool calls_instead = report.status == SendStatus::number_cannot_sms &&
                             job.medium == Medium::sms && job.may_call &&
                             messenger.offers(Medium::voice, job.route);
  std::string refusal;
  if (calls_instead) {
    refusal = report.detail + "; called instead: ";
    report = messenger.deliver(message_of(job, Medium::voice), job.route, quota, job.deadline);
  }
  const SteadyTime end = services.clock.now();
  if (report.status == SendStatus::not_permitted) return not_permitted_by(quota, note);

  note.took = duration_cast<Milliseconds>(end - start);
  note.provider = report.provider;
  note.message_id = report.message_id;
  // A provider that had to be stood in for needs an administrator, although the person got in; so
  // does a number that takes no texts, or that could not be looked up.
  note.needs_attention = calls_instead || report.failed_over || report.needs_attention ||
                         report.status != SendStatus::accepted;
  note.detail = note.needs_attention ? refusal + report.detail : "";
  if (!calls_instead)
    services.deliveries.remember({end - start, report.status, report.may_have_been_sent, end,
                                  job.medium, report.provider_checks});
  SendResult sending = sending_of(report.status);
  sending.medium = report.medium;
  if (report.status == SendStatus::opted_out) sending.opted_out_of = report.sender;
  sending.carrier = {report.provider, report.message_id, report.provider_checks,
                     follow(job, report, services.audit)};
  return sending;
}

SendResult pretend_to_send(const LoginRequest& request, const Snapshot& snapshot,
                           const Eligibility& eligibility, Medium medium, Services& services,
                           Conversation& conversation, SendLogFields& note) {
  const LimitSettings& limits = snapshot.configuration.limits;
  const SteadyTime start = services.clock.now();
  auto rate_limits = rate_limits_for(limits, request, eligibility);
  for (RateLimit& rate_limit : host_rate_limits(limits, request, true))
    rate_limits.push_back(std::move(rate_limit));
  StoreQuota quota(services.store, std::move(rate_limits), StoreQuota::Sender::decoy);
  if (!quota.reserve("")) return not_permitted_by(quota, note);

  const auto sample = services.deliveries.draw(services.random, start, medium);
  SendReport report{.status = SendStatus::try_elsewhere,
                    .provider = snapshot.configuration.delivery.providers.front().name};
  report.medium = medium;
  bool goes_on = true;
  if (sample) {
    report.status = sample->status;
    report.may_have_been_sent = sample->may_have_been_sent;
    const auto already = services.clock.now() - start;
    goes_on = conversation.pause(std::max(SteadyDuration(0), sample->took - already));
  }
  // When a real one would be, and given back to the rate limits if that message was.
  quota.settle(report);
  if (!sample) return {Outcome::not_sent};
  if (!goes_on) return {Outcome::shutting_down};
  SendResult sending = sending_of(sample->status);
  sending.medium = medium;
  sending.carrier.checks = sample->provider_checks;
  return sending;
}

}  // namespace sms2fa
