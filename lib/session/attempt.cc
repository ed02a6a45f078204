// SPDX-License-Identifier: Apache-2.0
#include "lib/session/attempt.h"

#include <algorithm>
#include <utility>

#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using Entry = ChallengeTable::Entry;

// Enough for every try, resend and slip of the finger; bounds a client that answers forever.
constexpr int kMostPrompts = 12;
// A person may confuse two prompts once.
constexpr unsigned kProgramsAnswers = 2;
constexpr const char* kWhatPrograms =
    "a program answered, with the user name or the password; it needs a service without this "
    "module, or to pass on questions: see PROGRAMS in pam_sms2fa(8)";

constexpr const char* kShortCode =
    "a code of fewer than 6 digits was typed, and such a code is never taken: set a longer one at "
    "the service (Twilio: CodeLength, Telnyx: code_length)";

// sudo may show a prompt of its own in place of ours (sudo -p), but with our echo, and people then
// type their password. sshd's password method answers hidden prompts with the password.
bool shows_answers(const MessageSettings& settings, const std::string& service) {
  if (service.starts_with("sudo")) return false;
  return settings.echo || service == "sshd";
}

std::string word_of(Medium medium) {
  return std::string(to_string(medium));
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
      key_{request.user, request.service, request.source(),
           request.lane, request.crowd(), request.enrolls} {}

Ending Attempt::run() {
  auto standing = standing_of(request_, setup_->configuration, *setup_->directory, around_.store,
                              setup_->keys.get());
  if (!standing) return store_failed(standing.error().message);
  standing_ = std::move(*standing);
  event_.number = standing_.phone;
  event_.detail = standing_.detail;
  event_.needs_attention = standing_.app_unavailable || standing_.number_unavailable;

  if (standing_.passes_unenrolled) return {AuditVerdict::accepted, Reason::unenrolled};
  std::string lead;
  if (const auto ending = obtain_challenge(lead)) return *ending;
  event_.ref = challenge_->ref();
  return ask(wording::not_available(standing_.app_unavailable, standing_.number_unavailable) +
             lead);
}

std::optional<Ending> Attempt::obtain_challenge(std::string& lead) {
  const auto& limits = setup_->configuration.limits;
  const ChallengeRules rules = {code_.lifetime, code_.attempts, limits.sends_per_attempt,
                                limits.resend_after};
  const Milliseconds patience = setup_->configuration.delivery.deadline;
  // Waiting for another attempt's message and sending one's own share the one deadline.
  const SteadyTime deadline = around_.clock.now() + patience;
  const Entry entry =
      around_.challenges.enter(key_, standing_.phone, standing_.is_decoy(), rules, patience);
  challenge_ = entry.challenge;
  if (challenge_)
    sender_.emplace(request_, setup_, around_, person_, event_, standing_, challenge_, deadline);
  switch (entry.kind) {
    case Entry::Kind::opened:
      return sender_->open(lead);
    case Entry::Kind::resumed:
      event_.method =
          standing_.message_first ? word_of(standing_.media.front()) : to_string(Method::totp);
      if (entry.time)
        lead = wording::code_sent_before(*entry.time, standing_.masked, challenge_->ref());
      return std::nullopt;
    case Entry::Kind::resting:
      end_with(out_of_tries(*entry.time));
      return denied(standing_.denial(Reason::resting));
    case Entry::Kind::unsent:
      if (event_.detail.empty()) event_.detail = "a message has just failed; its line says why";
      end_with(wording::could_not_send());
      return unavailable(Reason::provider_failed);
    case Entry::Kind::crowded:
      end_with(wording::unavailable());
      return unavailable(Reason::busy);
  }
  return unavailable(Reason::internal_error);
}

Ending Attempt::left_early(Reply::Status status) const {
  const Ending ending = interrupted(status);
  if (ending.verdict != AuditVerdict::denied) return ending;
  const bool guessed = ending.reason == Reason::client_gone && event_.answers > 0;
  return denied(standing_.denial(guessed ? Reason::wrong_code : ending.reason));
}

wording::Question Attempt::question() const {
  const bool message_is_out = around_.challenges.message_is_out(challenge_);
  const bool may_send = !standing_.media.empty() && around_.challenges.may_resend(challenge_);
  return {may_send, may_send && sender_->offers(Medium::voice), message_is_out,
          !standing_.app_unavailable};
}

Ending Attempt::ask(std::string lead) {
  const auto& message = setup_->configuration.message;
  for (int i = 0; i < kMostPrompts; ++i) {
    // The news first: what the person did was before them.
    const std::string prompt = wording::prompt(lead + sender_->catch_up(), message, question());
    const bool echo = shows_answers(message, request_.service);
    const Reply reply = person_.ask(prompt, echo, challenge_->expires_at());
    if (reply.status == Reply::Status::timed_out) end_with(wording::expired());
    if (reply.status != Reply::Status::answered) return left_early(reply.status);
    if (const auto ending = act_on(reply, lead)) return *ending;
  }
  return denied(standing_.denial(Reason::too_many_prompts));
}

std::optional<Ending> Attempt::act_on(const Reply& reply, std::string& lead) {
  lead.clear();
  // sshd replaces the answers of accounts that it will not admit. The message may be out already,
  // but nothing more may follow it. Others may hold the challenge, who typed no such thing.
  if (reply.is_placeholder && !standing_.is_decoy()) bar(standing_, Reason::not_admitted);
  // Nothing but the length may decide here: that is all that sshd's placeholder keeps of an answer,
  // and an account that does not exist must meet the same replies.
  if (reply.text.size() == 1) {
    lead = sender_->resend(medium_asked_for(reply));
    return std::nullopt;
  }
  if (reply.text.empty()) return std::nullopt;
  return judge(reply, lead);
}

Medium Attempt::medium_asked_for(const Reply& reply) const {
  const std::string_view asked = reply.text.reveal();
  // Precondition: there is a medium at all.
  if ((asked == "v" || asked == "V") && sender_->offers(Medium::voice)) return Medium::voice;
  return standing_.media.front();
}

Ending Attempt::store_failed(const std::string& detail) {
  event_.detail = detail;
  end_with(wording::unavailable());
  return unavailable(Reason::store_failed);
}

std::optional<Ending> Attempt::judge(const Reply& reply, std::string& lead) {
  const bool of_a_program = is_of_a_program(reply, request_);
  const bool may_match = !of_a_program && could_be_a_code(reply.text.reveal(), comparable(),
                                                          code_.alphabet, *challenge_);
  if (comparable().code_of_provider && is_short_code_of_service(reply.text.reveal()))
    event_.detail = kShortCode;
  const Judgement judgement = judge_.judge(reply, may_match, standing_, key_, challenge_);
  if (of_a_program && judgement.cost_a_try) {
    ++answers_of_a_program_;
    const bool is_last = judgement.kind == Judgement::Kind::none_left;
    if (may_tell_of_programs() && (is_last || answers_of_a_program_ == kProgramsAnswers))
      return no_person();
  }
  const auto ending = act_on(judgement, lead);
  if (ending || !standing_.app_unavailable) return ending;
  const bool of_an_app = could_be_a_code(reply.text.reveal(), {.code = false, .app = true},
                                         code_.alphabet, *challenge_);
  lead = !may_match && of_an_app ? wording::not_checked(judgement.tries_left)
                                 : lead + wording::not_available(true, false);
  return ending;
}

// Without a message that is out, an answer of an app's form is no guess at anything when apps can't
// be checked.
Comparable Attempt::comparable() const {
  return {around_.challenges.message_is_out(challenge_),
          around_.challenges.carrier_of(challenge_).checks, !standing_.app_unavailable};
}

// sshd answers itself for accounts that it will not admit: an end before the last try would tell
// who exists, but to somebody who has proved to be the one.
bool Attempt::may_tell_of_programs() const {
  return request_.service != "sshd" || request_.lane == Lane::proven;
}

// Nobody guessed, and somebody may come for the code.
Ending Attempt::no_person() {
  around_.challenges.give_back(challenge_, answers_of_a_program_);
  event_.needs_attention = true;
  if (event_.detail.empty()) event_.detail = kWhatPrograms;
  end_with(wording::no_code_was_typed());
  return denied(standing_.denial(Reason::no_person));
}

std::optional<Ending> Attempt::act_on(const Judgement& judgement, std::string& lead) {
  switch (judgement.kind) {
    case Judgement::Kind::right:
      if (judgement.backup_codes_left)
        person_.tell(wording::backup_codes_left(*judgement.backup_codes_left));
      if (judgement.from_elsewhere > 0)
        person_.tell(wording::wrong_codes_from_elsewhere(judgement.from_elsewhere));
      return Ending{AuditVerdict::accepted, Reason::right_code};
    case Judgement::Kind::wrong:
      lead = wording::wrong_code(judgement.tries_left);
      return std::nullopt;
    case Judgement::Kind::used_before:
      lead = wording::used_before(judgement.tries_left);
      return std::nullopt;
    case Judgement::Kind::not_checked:
      event_.needs_attention = true;
      event_.detail = event_.provider + ": did not check the code";
      lead = wording::not_checked(judgement.tries_left);
      return std::nullopt;
    case Judgement::Kind::expired:
      end_with(wording::expired());
      return denied(standing_.denial(Reason::expired));
    case Judgement::Kind::used:
      end_with(wording::used_elsewhere());
      return denied(Reason::used_elsewhere);
    case Judgement::Kind::none_left:
      end_with(out_of_tries(setup_->configuration.limits.resend_after));
      return denied(standing_.denial(Reason::no_tries_left));
    case Judgement::Kind::store_failed:
      return store_failed(judgement.detail);
  }
  return unavailable(Reason::internal_error);
}

// Who has proved a first factor hears how long a lock lasts; others hear what everybody hears.
std::string Attempt::out_of_tries(std::chrono::seconds wait) const {
  const bool may_know = request_.lane == Lane::proven && standing_.is_decoy();
  if (may_know && standing_.decoy_reason == Reason::locked)
    return wording::locked(standing_.locked_for);
  if (may_know && standing_.decoy_reason == Reason::disabled) return wording::disabled();
  return wording::out_of_tries(wait);
}

void Attempt::end_with(const std::string& text) {
  person_.end_with(wording::with_help(text, setup_->configuration.message));
}

}  // namespace sms2fa
