// SPDX-License-Identifier: Apache-2.0
#include "lib/session/code_sender.h"

#include <utility>

#include "lib/session/fresh_code.h"
#include "lib/session/limits.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

// The stock ssh client begins its second and third transaction at once; they need no request to the
// provider to be told the same again.
constexpr std::chrono::seconds kUnsentRests{5};
// How long somebody with another way in waits for the end of a message before being asked.
constexpr Milliseconds kPatienceForMessage{500};

std::optional<LastDelivery> carrier_if_any(const SendResult& sending) {
  if (!sending.may_arrive()) return std::nullopt;
  return sending.carrier;
}

}  // namespace

CodeSender::CodeSender(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot,
                       Services& services, Conversation& conversation, AuditEvent& event,
                       const Eligibility& eligibility, ChallengeTable::Handle challenge,
                       SteadyTime deadline)
    : request_(request),
      snapshot_(std::move(snapshot)),
      services_(services),
      conversation_(conversation),
      event_(event),
      eligibility_(eligibility),
      challenge_(std::move(challenge)),
      deadline_(deadline) {}

CodeSender::~CodeSender() {
  if (first_send_pending_) services_.challenges.not_sent(challenge_, std::chrono::seconds(0));
  if (resend_pending_) services_.challenges.end_resend(challenge_, std::nullopt);
}

std::optional<LoginOutcome> CodeSender::open(std::string& lead) {
  first_send_pending_ = true;
  auto made = make_code(services_.random, snapshot_->configuration.code);
  if (!made) {
    event_.detail = made.error().message;
    end_with(wording::unavailable());
    return unavailable(Reason::internal_error);
  }
  services_.challenges.arm(challenge_, std::move(made->code), std::move(made->ref));
  if (!eligibility_.message_first) {
    first_send_pending_ = false;
    services_.challenges.open_without_message(challenge_, false);
    event_.method = to_string(Method::totp);
    return std::nullopt;
  }
  if (eligibility_.other_way) {
    first_send_pending_ = false;
    services_.challenges.open_without_message(challenge_, true);
    resend_pending_ = true;
    const auto sending = send_late(eligibility_.media.front());
    if (!sending) lead = wording::code_coming(eligibility_.masked);
    if (sending) lead = sending->may_arrive() ? lead_of(*sending) : lead_of_failure(*sending);
    return std::nullopt;
  }
  const SendResult sending = send(eligibility_.media.front());
  if (!sending.may_arrive()) return no_message(sending);
  first_send_pending_ = false;
  services_.challenges.sent(challenge_, sending.carrier);
  lead = lead_of(sending);
  return std::nullopt;
}

std::string CodeSender::lead_of(const SendResult& sending) const {
  return sending.outcome == SendResult::Outcome::sent
             ? wording::code_sent(sending.medium, eligibility_.masked, challenge_->ref())
             : wording::code_may_come(sending.medium, eligibility_.masked, challenge_->ref());
}

// That somebody sent STOP tells that there is somebody: only who has proved a first factor hears
// it.
std::string CodeSender::failure_of(const SendResult& sending) const {
  if (sending.opted_out_of && request_.lane == Lane::proven)
    return wording::opted_out(*sending.opted_out_of);
  return wording::could_not_send();
}

std::string CodeSender::lead_of_failure(const SendResult& sending) const {
  if (sending.outcome == SendResult::Outcome::over_limit)
    return wording::too_many_messages(sending.retry_in) + " ";
  return failure_of(sending) + " ";
}

bool CodeSender::pretends() const {
  return eligibility_.is_decoy() || services_.challenges.is_void(challenge_);
}

SendResult CodeSender::send(Medium medium) {
  SendLogFields note;
  if (pretends()) {
    const SendResult sending =
        pretend_to_send(request_, *snapshot_, eligibility_, medium, services_, conversation_, note);
    if (!note.detail.empty()) event_.detail = note.detail;
    event_.method = std::string(to_string(sending.medium));
    return sending;
  }
  const SendResult sending = send_message(job_for(medium), services_, note);
  note.write_into(event_);
  event_.method = std::string(to_string(sending.medium));
  return sending;
}

SendRequest CodeSender::job_for(Medium medium) const {
  return {request_,
          snapshot_,
          *eligibility_.phone,
          eligibility_.may(Medium::voice),
          rate_limits_for(snapshot_->configuration.limits, request_, eligibility_),
          challenge_,
          medium,
          route(),
          deadline_};
}

// Sends a message whose (re)send has begun, but waits for its end no longer than somebody wants to
// wait who has another way in. nullopt: it is on its way.
std::optional<SendResult> CodeSender::send_late(Medium medium) {
  event_.method = std::string(to_string(medium));
  std::shared_ptr<LateMessage> late;
  if (!pretends()) late = LateMessage::send(job_for(medium), services_);
  if (!late) {
    const SendResult sending = send(medium);
    resend_pending_ = false;
    services_.challenges.end_resend(challenge_, carrier_if_any(sending));
    return sending;
  }
  resend_pending_ = false;
  const auto sending = late->wait(kPatienceForMessage);
  if (sending) {
    late->note().write_into(event_);
  } else {
    late_ = std::move(late);
  }
  return sending;
}

std::string CodeSender::catch_up() {
  std::string lead;
  if (late_) {
    if (const auto sending = late_->wait(Milliseconds(0))) {
      late_->note().write_into(event_);
      late_.reset();
      lead += sending->may_arrive() ? lead_of(*sending) : lead_of_failure(*sending);
    }
  }
  const auto message = services_.challenges.last_delivery_of(challenge_).message;
  if (message && message != bad_news_told_ && message->status().state == DeliveryState::failed) {
    bad_news_told_ = message;
    lead += wording::not_delivered(eligibility_.other_way);
  }
  return lead;
}

// Which providers may take the (next) message for this code.
Route CodeSender::route() const {
  const LastDelivery carrier = services_.challenges.last_delivery_of(challenge_);
  if (carrier.checks) return {.only = carrier.provider};
  // A provider that makes the code words it for a login.
  const bool own_code = request_.enrolls || !carrier.provider.empty();
  return {.last = carrier.provider, .own_code = own_code};
}

// The outcome, and the one line the person reads, when no message left for a new challenge.
LoginOutcome CodeSender::no_message(const SendResult& sending) {
  using Outcome = SendResult::Outcome;
  const bool tried = sending.outcome == Outcome::not_sent;
  first_send_pending_ = false;
  services_.challenges.not_sent(challenge_, tried ? kUnsentRests : std::chrono::seconds(0));
  switch (sending.outcome) {
    case Outcome::over_limit:
      end_with(wording::too_many_messages(sending.retry_in));
      if (!eligibility_.is_decoy()) event_.limit = sending.limit;
      return denied(eligibility_.denial(Reason::over_limit));
    case Outcome::store_failed:
      end_with(wording::unavailable());
      return unavailable(Reason::store_failed);
    case Outcome::shutting_down:
      return unavailable(Reason::shutting_down);
    case Outcome::not_sent:
    case Outcome::sent:
    case Outcome::perhaps:
      break;
  }
  end_with(failure_of(sending));
  return unavailable(sending.reason);
}

void CodeSender::end_with(const std::string& text) {
  conversation_.end_with(wording::with_help(text, snapshot_->configuration.message));
}

bool CodeSender::offers(Medium medium) const {
  return eligibility_.may(medium) && snapshot_->messenger->offers(medium, route());
}

std::string CodeSender::resend(Medium medium) {
  if (eligibility_.media.empty()) return wording::no_more_resends();
  const auto granted = services_.challenges.begin_resend(challenge_);
  if (granted.status == ChallengeTable::ResendStatus::too_soon)
    return wording::resend_too_soon(granted.wait, offers(Medium::voice));
  if (granted.status == ChallengeTable::ResendStatus::none_left) return wording::no_more_resends();
  resend_pending_ = true;
  deadline_ = services_.clock.now() + snapshot_->configuration.delivery.deadline;
  if (eligibility_.other_way) {
    const auto late = send_late(medium);
    if (!late) return wording::code_coming(eligibility_.masked);
    return late->may_arrive() ? wording::code_sent_again(eligibility_.masked, challenge_->ref())
                              : lead_of_failure(*late);
  }
  const SendResult sending = send(medium);
  resend_pending_ = false;
  services_.challenges.end_resend(challenge_, carrier_if_any(sending));
  if (sending.may_arrive()) return wording::code_sent_again(eligibility_.masked, challenge_->ref());
  return sending.opted_out_of ? lead_of_failure(sending) : wording::resend_failed();
}

}  // namespace sms2fa
