// SPDX-License-Identifier: Apache-2.0
#include "lib/session/attempt.h"

#include <algorithm>
#include <utility>

#include "lib/session/rule_facts.h"
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

Attempt::Attempt(const LoginRequest& request, std::shared_ptr<const Snapshot> snapshot,
                 Services& services, Conversation& conversation, AuditEvent& event)
    : request_(request),
      snapshot_(std::move(snapshot)),
      code_(snapshot_->configuration.code),
      services_(services),
      conversation_(conversation),
      event_(event),
      rules_(sms2fa::decide(snapshot_->configuration.rules,
                            rule_facts(request, services.clock.wall_now()))),
      verifier_(request, *snapshot_, rules_, services, conversation, event),
      key_{request.user, request.service, request.source(),
           request.lane, request.crowd(), request.enrolls} {}

LoginOutcome Attempt::run() {
  if (rules_.rule != nullptr) event_.rule = rules_.rule->name;
  const LoginOutcome outcome = rules_.action == RuleAction::exempt ? exempt() : begin();
  if (event_.detail.empty()) event_.detail = rule_detail();
  return outcome;
}

LoginOutcome Attempt::begin() {
  auto eligibility = eligibility_of(request_, snapshot_->configuration, *snapshot_->directory,
                                    services_.store, snapshot_->keys.get(), rules_);
  if (!eligibility) return store_failed(eligibility.error().message);
  eligibility_ = std::move(*eligibility);
  event_.number = eligibility_.phone;
  event_.detail = eligibility_.detail;
  event_.needs_attention = eligibility_.app_unavailable || eligibility_.number_unavailable;

  if (eligibility_.passes_unenrolled) return pass_unenrolled();
  std::string lead;
  if (const auto outcome = obtain_challenge(lead)) return *outcome;
  event_.ref = challenge_->ref();
  return ask(wording::not_available(eligibility_.app_unavailable, eligibility_.number_unavailable) +
             lead);
}

// Only who has proved a first factor reads of a countdown: it says who holds nothing.
LoginOutcome Attempt::pass_unenrolled() {
  if (eligibility_.days_left && request_.lane == Lane::proven)
    conversation_.tell(wording::with_help(
        wording::days_left_to_enroll(*eligibility_.days_left,
                                     snapshot_->configuration.enroll.self == SelfEnrolment::yes),
        snapshot_->configuration.message));
  return {AuditVerdict::accepted, Reason::unenrolled};
}

// Why there was no question, or why there might have been another.
std::string Attempt::rule_detail() const {
  if (rules_.action == RuleAction::exempt) return rules_.rule->reason;
  if (rules_.doubt.empty() || request_.memberships_error.empty()) return rules_.doubt;
  return rules_.doubt + ": " + request_.memberships_error;
}

std::optional<LoginOutcome> Attempt::obtain_challenge(std::string& lead) {
  const auto& limits = snapshot_->configuration.limits;
  const ChallengeRules rules = {code_.lifetime, code_.tries, limits.sends_per_code,
                                limits.resend_after};
  const Milliseconds patience = snapshot_->configuration.delivery.deadline;
  // Waiting for another attempt's message and sending one's own share the one deadline.
  const SteadyTime deadline = services_.clock.now() + patience;
  const Entry entry = services_.challenges.enter(key_, eligibility_.phone, eligibility_.is_decoy(),
                                                 rules, patience);
  challenge_ = entry.challenge;
  if (challenge_)
    sender_.emplace(request_, snapshot_, services_, conversation_, event_, eligibility_, challenge_,
                    deadline);
  switch (entry.kind) {
    case Entry::Kind::opened:
      return sender_->open(lead);
    case Entry::Kind::resumed:
      event_.method = eligibility_.message_first ? word_of(eligibility_.media.front())
                                                 : to_string(Method::totp);
      if (entry.time)
        lead = wording::code_sent_before(*entry.time, eligibility_.masked, challenge_->ref());
      return std::nullopt;
    case Entry::Kind::cooldown:
      end_with(out_of_tries(*entry.time));
      return denied(eligibility_.denial(Reason::cooldown));
    case Entry::Kind::unsent:
      if (event_.detail.empty()) event_.detail = "a message has just failed; its line says why";
      end_with(wording::could_not_send());
      return unavailable(Reason::provider_failed);
    case Entry::Kind::full:
      end_with(wording::unavailable());
      return unavailable(Reason::busy);
  }
  return unavailable(Reason::internal_error);
}

LoginOutcome Attempt::left_early(Reply::Status status) const {
  const LoginOutcome outcome = interrupted(status);
  if (outcome.verdict != AuditVerdict::denied) return outcome;
  const bool guessed = outcome.reason == Reason::client_gone && event_.answers > 0;
  return denied(eligibility_.denial(guessed ? Reason::wrong_code : outcome.reason));
}

wording::Question Attempt::question() const {
  const bool message_is_out = services_.challenges.message_is_out(challenge_);
  const bool may_send = !eligibility_.media.empty() && services_.challenges.may_resend(challenge_);
  return {may_send, may_send && sender_->offers(Medium::voice), message_is_out,
          !eligibility_.app_unavailable};
}

LoginOutcome Attempt::ask(std::string lead) {
  const auto& message = snapshot_->configuration.message;
  for (int i = 0; i < kMostPrompts; ++i) {
    // The news first: what the person did was before them.
    const std::string prompt = wording::prompt(lead + sender_->catch_up(), message, question());
    const bool echo = shows_answers(message, request_.service);
    const Reply reply = conversation_.ask(prompt, echo, challenge_->expires_at());
    if (reply.status == Reply::Status::timed_out) end_with(wording::expired());
    if (reply.status != Reply::Status::answered) return left_early(reply.status);
    if (const auto outcome = act_on(reply, lead)) return *outcome;
  }
  return denied(eligibility_.denial(Reason::too_many_prompts));
}

std::optional<LoginOutcome> Attempt::act_on(const Reply& reply, std::string& lead) {
  lead.clear();
  // sshd replaces the answers of accounts that it will not admit. The message may be out already,
  // but nothing more may follow it. Others may hold the challenge, who typed no such thing.
  if (reply.is_placeholder && !eligibility_.is_decoy()) bar(eligibility_, Reason::not_admitted);
  // Nothing but the length may decide here: that is all that sshd's placeholder keeps of an answer,
  // and an account that does not exist must meet the same replies.
  if (reply.text.size() == 1) {
    lead = sender_->resend(medium_asked_for(reply));
    return std::nullopt;
  }
  if (reply.text.empty()) return std::nullopt;
  return verify(reply, lead);
}

Medium Attempt::medium_asked_for(const Reply& reply) const {
  const std::string_view asked = reply.text.reveal();
  // Precondition: there is a medium at all.
  if ((asked == "v" || asked == "V") && sender_->offers(Medium::voice)) return Medium::voice;
  return eligibility_.media.front();
}

LoginOutcome Attempt::store_failed(const std::string& detail) {
  event_.detail = detail;
  end_with(wording::unavailable());
  return unavailable(Reason::store_failed);
}

std::optional<LoginOutcome> Attempt::verify(const Reply& reply, std::string& lead) {
  const bool of_a_program = is_of_a_program(reply, request_);
  const bool may_match = !of_a_program && could_be_a_code(reply.text.reveal(), comparable(),
                                                          code_.alphabet, *challenge_);
  if (comparable().code_of_provider && is_short_code_of_service(reply.text.reveal()))
    event_.detail = kShortCode;
  const AnswerResult result = verifier_.verify(reply, may_match, eligibility_, key_, challenge_);
  if (of_a_program && result.cost_a_try) {
    ++answers_of_a_program_;
    const bool is_last = result.kind == AnswerResult::Kind::none_left;
    if (may_tell_of_programs() && (is_last || answers_of_a_program_ == kProgramsAnswers))
      return no_person();
  }
  const auto outcome = act_on(result, lead);
  if (outcome || !eligibility_.app_unavailable) return outcome;
  const bool of_an_app = could_be_a_code(reply.text.reveal(), {.code = false, .app = true},
                                         code_.alphabet, *challenge_);
  lead = !may_match && of_an_app ? wording::not_checked(result.tries_left)
                                 : lead + wording::not_available(true, false);
  return outcome;
}

// Without a message that is out, an answer of an app's form is no guess at anything when apps can't
// be checked.
Comparable Attempt::comparable() const {
  return {services_.challenges.message_is_out(challenge_),
          services_.challenges.last_delivery_of(challenge_).checks, !eligibility_.app_unavailable};
}

// sshd answers itself for accounts that it will not admit: an end before the last try would tell
// who exists, but to somebody who has proved to be the one.
bool Attempt::may_tell_of_programs() const {
  return request_.service != "sshd" || request_.lane == Lane::proven;
}

// Nobody guessed, and somebody may come for the code.
LoginOutcome Attempt::no_person() {
  services_.challenges.give_back(challenge_, answers_of_a_program_);
  event_.needs_attention = true;
  if (event_.detail.empty()) event_.detail = kWhatPrograms;
  end_with(wording::no_code_was_typed());
  return denied(eligibility_.denial(Reason::no_person));
}

std::optional<LoginOutcome> Attempt::act_on(const AnswerResult& result, std::string& lead) {
  switch (result.kind) {
    case AnswerResult::Kind::right:
      if (result.backup_codes_left)
        conversation_.tell(wording::backup_codes_left(*result.backup_codes_left));
      if (result.from_elsewhere > 0)
        conversation_.tell(wording::wrong_codes_from_elsewhere(result.from_elsewhere));
      return LoginOutcome{AuditVerdict::accepted, Reason::right_code};
    case AnswerResult::Kind::wrong:
      lead = wording::wrong_code(result.tries_left);
      return std::nullopt;
    case AnswerResult::Kind::used_before:
      lead = wording::used_before(result.tries_left);
      return std::nullopt;
    case AnswerResult::Kind::not_checked:
      event_.needs_attention = true;
      event_.detail = event_.provider + ": did not check the code";
      lead = wording::not_checked(result.tries_left);
      return std::nullopt;
    case AnswerResult::Kind::expired:
      end_with(wording::expired());
      return denied(eligibility_.denial(Reason::expired));
    case AnswerResult::Kind::used:
      end_with(wording::used_elsewhere());
      return denied(Reason::used_elsewhere);
    case AnswerResult::Kind::none_left:
      end_with(out_of_tries(snapshot_->configuration.limits.resend_after));
      return denied(eligibility_.denial(Reason::no_tries_left));
    case AnswerResult::Kind::store_failed:
      return store_failed(result.detail);
  }
  return unavailable(Reason::internal_error);
}

// Who has proved a first factor hears how long a lock lasts; others hear what everybody hears.
std::string Attempt::out_of_tries(std::chrono::seconds wait) const {
  const bool may_know = request_.lane == Lane::proven && eligibility_.is_decoy();
  if (may_know && eligibility_.decoy_reason == Reason::locked)
    return wording::locked(eligibility_.locked_for);
  if (may_know && eligibility_.decoy_reason == Reason::disabled) return wording::disabled();
  return wording::out_of_tries(wait);
}

void Attempt::end_with(const std::string& text) {
  conversation_.end_with(wording::with_help(text, snapshot_->configuration.message));
}

}  // namespace sms2fa
