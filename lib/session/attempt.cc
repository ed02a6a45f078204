// SPDX-License-Identifier: Apache-2.0
#include "lib/session/attempt.h"

#include <algorithm>
#include <utility>

#include "lib/otp/pin.h"
#include "lib/session/limits.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using Entry = ChallengeTable::Entry;

// Enough for every try, resend and slip of the finger; bounds a client that answers forever.
constexpr int kMostPrompts = 12;
// The stock ssh client begins its second and third transaction at once; they need no request to the
// provider to be told the same again.
constexpr std::chrono::seconds kUnsentRests{5};
// How long somebody with another way in waits for the end of a message before being asked.
constexpr Milliseconds kPatienceForMessage{500};

std::string word_of(Medium medium) {
  return std::string(to_string(medium));
}

std::optional<Carrier> carrier_if_any(const Sending& sending) {
  if (!sending.may_arrive()) return std::nullopt;
  return sending.carrier;
}

Ending interrupted(Reply::Status status) {
  switch (status) {
    case Reply::Status::stopped:
      return unavailable(Reason::shutting_down);
    case Reply::Status::broken:
      return denied(Reason::bad_request);
    case Reply::Status::timed_out:
      return denied(Reason::expired);
    case Reply::Status::gone:
    case Reply::Status::answered:
      return denied(Reason::client_gone);
  }
  return denied(Reason::client_gone);
}

}  // namespace

Attempt::Attempt(const LoginRequest& request, std::shared_ptr<const Setup> setup,
                 Surroundings& around, Conversation& person, AuditEvent& event)
    : request_(request),
      setup_(std::move(setup)),
      code_(setup_->configuration.code),
      around_(around),
      person_(person),
      event_(event),
      judge_(request, *setup_, around, person, event),
      key_{request.user, request.service, request.source()} {}

Attempt::~Attempt() {
  if (first_send_pending_) around_.challenges.not_sent(challenge_, std::chrono::seconds(0));
  if (resend_pending_) around_.challenges.end_resend(challenge_, std::nullopt);
}

Ending Attempt::run() {
  auto standing = standing_of(request_, setup_->configuration, *setup_->directory, around_.store,
                              setup_->keys.get());
  if (!standing) return store_failed(standing.error().message);
  standing_ = std::move(*standing);
  event_.number = standing_.phone;
  event_.detail = standing_.detail;

  if (standing_.passes_unenrolled) return {AuditVerdict::accepted, Reason::unenrolled};
  std::string lead;
  if (const auto ending = obtain_challenge(lead)) return *ending;
  event_.ref = challenge_->ref();
  return ask(std::move(lead));
}

// A decoy that came to its end says in the log why it was one.
Ending Attempt::decoy_or(Reason reason) const {
  return denied(standing_.is_decoy() ? standing_.decoy_reason : reason);
}

std::optional<Ending> Attempt::obtain_challenge(std::string& lead) {
  const auto& limits = setup_->configuration.limits;
  const ChallengeRules rules = {code_.lifetime, code_.attempts, limits.sends_per_attempt,
                                limits.resend_after};
  const Milliseconds patience = setup_->configuration.delivery.deadline;
  // Waiting for another attempt's message and sending one's own share the one deadline.
  deadline_ = around_.clock.now() + patience;
  const Entry entry =
      around_.challenges.enter(key_, standing_.phone, standing_.is_decoy(), rules, patience);
  challenge_ = entry.challenge;
  switch (entry.kind) {
    case Entry::Kind::opened:
      return open_challenge(lead);
    case Entry::Kind::resumed:
      event_.method =
          standing_.message_first ? word_of(standing_.media.front()) : to_string(Method::totp);
      if (entry.time)
        lead = wording::code_sent_before(*entry.time, standing_.masked, challenge_->ref());
      return std::nullopt;
    case Entry::Kind::resting:
      person_.tell(wording::out_of_tries(*entry.time));
      return decoy_or(Reason::resting);
    case Entry::Kind::unsent:
      if (event_.detail.empty()) event_.detail = "a message has just failed; its line says why";
      person_.tell(wording::could_not_send());
      return unavailable(Reason::provider_failed);
    case Entry::Kind::crowded:
      person_.tell(wording::unavailable());
      return unavailable(Reason::busy);
  }
  return unavailable(Reason::internal_error);
}

std::optional<Ending> Attempt::open_challenge(std::string& lead) {
  first_send_pending_ = true;
  if (auto made = make_code(); !made) {
    event_.detail = made.error().message;
    person_.tell(wording::unavailable());
    return unavailable(Reason::internal_error);
  }
  if (!standing_.message_first) {
    first_send_pending_ = false;
    around_.challenges.stand_by(challenge_, false);
    event_.method = to_string(Method::totp);
    return std::nullopt;
  }
  if (standing_.other_way) {
    first_send_pending_ = false;
    around_.challenges.stand_by(challenge_, true);
    resend_pending_ = true;
    const auto sending = send_late(standing_.media.front());
    if (!sending) lead = wording::code_coming(standing_.masked);
    if (sending) lead = sending->may_arrive() ? lead_of(*sending) : lead_of_failure(*sending);
    return std::nullopt;
  }
  const Sending sending = send(standing_.media.front());
  if (!sending.may_arrive()) return no_message(sending);
  first_send_pending_ = false;
  around_.challenges.sent(challenge_, sending.carrier);
  lead = lead_of(sending);
  return std::nullopt;
}

std::string Attempt::lead_of(const Sending& sending) const {
  return sending.outcome == Sending::Outcome::sent
             ? wording::code_sent(sending.medium, standing_.masked, challenge_->ref())
             : wording::code_may_come(sending.medium, standing_.masked, challenge_->ref());
}

std::string Attempt::lead_of_failure(const Sending& sending) const {
  if (sending.outcome == Sending::Outcome::over_budget)
    return wording::too_many_messages(sending.retry_in) + " ";
  return wording::could_not_send() + " ";
}

Result<void> Attempt::make_code() {
  // Without letters that look like digits, for the ref is read aloud.
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr std::string_view kDigits = "23456789";
  auto code = make_pin(around_.random, code_.alphabet, code_.length);
  if (!code) return code.error();
  const auto letter = around_.random.below(kLetters.size());
  if (!letter) return letter.error();
  const auto digit = around_.random.below(kDigits.size());
  if (!digit) return digit.error();
  around_.challenges.arm(challenge_, std::move(*code), {kLetters[*letter], kDigits[*digit]});
  return {};
}

bool Attempt::pretends() const {
  return standing_.is_decoy() || around_.challenges.is_void(challenge_);
}

Sending Attempt::send(Medium medium) {
  SendingNote note;
  if (pretends()) {
    const Sending sending =
        pretend_to_send(request_, *setup_, standing_, medium, around_, person_, note);
    if (!note.detail.empty()) event_.detail = note.detail;
    event_.method = word_of(sending.medium);
    return sending;
  }
  const Sending sending = send_message(job_for(medium), around_, note);
  note.write_into(event_);
  event_.method = word_of(sending.medium);
  return sending;
}

SendJob Attempt::job_for(Medium medium) const {
  return {request_,
          setup_,
          *standing_.phone,
          standing_.may(Medium::voice),
          budgets_for(setup_->configuration.limits, request_, standing_),
          challenge_,
          medium,
          route(),
          deadline_};
}

// Sends a message whose (re)send has begun, but waits for its end no longer than somebody wants to
// wait who has another way in. nullopt: it is on its way.
std::optional<Sending> Attempt::send_late(Medium medium) {
  event_.method = word_of(medium);
  std::shared_ptr<LateMessage> late;
  if (!pretends()) late = LateMessage::send(job_for(medium), around_);
  if (!late) {
    const Sending sending = send(medium);
    resend_pending_ = false;
    around_.challenges.end_resend(challenge_, carrier_if_any(sending));
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

// What has become known of messages since the last question.
std::string Attempt::catch_up() {
  std::string lead;
  if (late_) {
    if (const auto sending = late_->wait(Milliseconds(0))) {
      late_->note().write_into(event_);
      late_.reset();
      lead += sending->may_arrive() ? lead_of(*sending) : lead_of_failure(*sending);
    }
  }
  const auto fate = around_.challenges.carrier_of(challenge_).fate;
  if (fate && fate != bad_news_told_ && fate->status().state == DeliveryState::failed) {
    bad_news_told_ = fate;
    lead += wording::not_delivered(standing_.other_way);
  }
  return lead;
}

// Which providers may take the (next) message for this code.
Route Attempt::route() const {
  const Carrier carrier = around_.challenges.carrier_of(challenge_);
  if (carrier.checks) return {.only = carrier.provider};
  return {.last = carrier.provider, .own_code = !carrier.provider.empty()};
}

// The ending, and the one line the person reads, when no message left for a new challenge.
Ending Attempt::no_message(const Sending& sending) {
  using Outcome = Sending::Outcome;
  const bool tried = sending.outcome == Outcome::not_sent;
  first_send_pending_ = false;
  around_.challenges.not_sent(challenge_, tried ? kUnsentRests : std::chrono::seconds(0));
  switch (sending.outcome) {
    case Outcome::over_budget:
      person_.tell(wording::too_many_messages(sending.retry_in));
      return decoy_or(Reason::over_budget);
    case Outcome::store_failed:
      person_.tell(wording::unavailable());
      return unavailable(Reason::store_failed);
    case Outcome::shutting_down:
      return unavailable(Reason::shutting_down);
    case Outcome::not_sent:
    case Outcome::sent:
    case Outcome::perhaps:
      break;
  }
  person_.tell(wording::could_not_send());
  return unavailable(sending.reason);
}

Ending Attempt::left_early(Reply::Status status) const {
  const Ending ending = interrupted(status);
  if (ending.verdict != AuditVerdict::denied) return ending;
  const bool guessed = ending.reason == Reason::client_gone && event_.answers > 0;
  return decoy_or(guessed ? Reason::wrong_code : ending.reason);
}

// A decoy's too, for it depends on the configuration only.
bool Attempt::offers(Medium medium) const {
  return standing_.may(medium) && setup_->messenger->offers(medium, route());
}

wording::Question Attempt::question() const {
  const bool message_is_out = around_.challenges.message_is_out(challenge_);
  const bool may_send = !standing_.media.empty() && around_.challenges.may_resend(challenge_);
  return {may_send, may_send && offers(Medium::voice), message_is_out};
}

Ending Attempt::ask(std::string lead) {
  const auto& message = setup_->configuration.message;
  for (int i = 0; i < kMostPrompts; ++i) {
    // The news first: what the person did was before them.
    const std::string prompt = wording::prompt(lead + catch_up(), message, question());
    const Reply reply = person_.ask(prompt, message.echo, challenge_->expires_at());
    if (reply.status == Reply::Status::timed_out) person_.tell(wording::expired());
    if (reply.status != Reply::Status::answered) return left_early(reply.status);
    if (const auto ending = act_on(reply, lead)) return *ending;
  }
  return decoy_or(Reason::too_many_prompts);
}

std::optional<Ending> Attempt::act_on(const Reply& reply, std::string& lead) {
  lead.clear();
  // sshd replaces the answers of accounts that it will not admit. The message may be out already,
  // but nothing more may follow it.
  if (reply.is_placeholder) around_.challenges.make_void(challenge_);
  if (reply.is_authtok) {
    lead = wording::that_is_the_password();
    return std::nullopt;
  }
  // Nothing but the length may decide here: that is all that sshd's placeholder keeps of an answer,
  // and an account that does not exist must meet the same replies.
  if (reply.text.size() == 1) {
    lead = resend(medium_asked_for(reply));
    return std::nullopt;
  }
  if (reply.text.empty()) return std::nullopt;
  return judge(reply, lead);
}

Medium Attempt::medium_asked_for(const Reply& reply) const {
  const std::string_view asked = reply.text.reveal();
  // Precondition: there is a medium at all.
  if ((asked == "v" || asked == "V") && offers(Medium::voice)) return Medium::voice;
  return standing_.media.front();
}

Ending Attempt::store_failed(const std::string& detail) {
  event_.detail = detail;
  person_.tell(wording::unavailable());
  return unavailable(Reason::store_failed);
}

std::optional<Ending> Attempt::judge(const Reply& reply, std::string& lead) {
  const auto rest = setup_->configuration.limits.resend_after;
  const Judgement judgement = judge_.judge(reply, standing_, key_, challenge_);
  switch (judgement.kind) {
    case Judgement::Kind::right:
      if (judgement.backup_codes_left)
        person_.tell(wording::backup_codes_left(*judgement.backup_codes_left));
      return Ending{AuditVerdict::accepted, Reason::right_code};
    case Judgement::Kind::wrong:
      lead = wording::wrong_code(judgement.tries_left);
      return std::nullopt;
    case Judgement::Kind::not_checked:
      event_.needs_attention = true;
      event_.detail = event_.provider + ": did not check the code";
      lead = wording::not_checked(judgement.tries_left);
      return std::nullopt;
    case Judgement::Kind::expired:
      person_.tell(wording::expired());
      return decoy_or(Reason::expired);
    case Judgement::Kind::used:
      person_.tell(wording::used_elsewhere());
      return denied(Reason::used_elsewhere);
    case Judgement::Kind::none_left:
      person_.tell(wording::out_of_tries(rest));
      return decoy_or(Reason::no_tries_left);
    case Judgement::Kind::store_failed:
      return store_failed(judgement.detail);
  }
  return unavailable(Reason::internal_error);
}

std::string Attempt::resend(Medium medium) {
  if (standing_.media.empty()) return wording::no_more_resends();
  const auto granted = around_.challenges.begin_resend(challenge_);
  if (granted.status == ChallengeTable::ResendStatus::too_soon)
    return wording::resend_too_soon(granted.wait);
  if (granted.status == ChallengeTable::ResendStatus::none_left) return wording::no_more_resends();
  resend_pending_ = true;
  deadline_ = around_.clock.now() + setup_->configuration.delivery.deadline;
  if (standing_.other_way) {
    const auto late = send_late(medium);
    if (!late) return wording::code_coming(standing_.masked);
    return late->may_arrive() ? wording::code_sent_again(standing_.masked, challenge_->ref())
                              : lead_of_failure(*late);
  }
  const Sending sending = send(medium);
  resend_pending_ = false;
  around_.challenges.end_resend(challenge_, carrier_if_any(sending));
  return sending.may_arrive() ? wording::code_sent_again(standing_.masked, challenge_->ref())
                              : wording::resend_failed();
}

}  // namespace sms2fa
