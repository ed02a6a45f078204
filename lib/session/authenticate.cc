// SPDX-License-Identifier: Apache-2.0
#include "lib/session/authenticate.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "lib/base/text.h"
#include "lib/otp/pin.h"
#include "lib/session/limits.h"
#include "lib/session/message_sender.h"
#include "lib/session/notices.h"
#include "lib/session/policy.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using Entry = ChallengeTable::Entry;

// Enough for every try, resend and slip of the finger; bounds a client that answers forever.
constexpr int kMostPrompts = 12;
// The stock ssh client begins its second and third transaction at once; they need no request to the
// provider to be told the same again.
constexpr std::chrono::seconds kUnsentRests{5};

struct Ending {
  AuditVerdict verdict;
  Reason reason;
};

Ending denied(Reason reason) {
  return {AuditVerdict::denied, reason};
}

Ending unavailable(Reason reason) {
  return {AuditVerdict::unavailable, reason};
}

class Attempt {
 public:
  Attempt(const LoginRequest& request, const Setup& setup, Surroundings& around,
          Conversation& person, AuditEvent& event)
      : request_(request),
        setup_(setup),
        code_(setup.configuration.code),
        around_(around),
        person_(person),
        event_(event),
        sender_(request, setup, around, person, event),
        notices_(request, around.audit),
        key_{request.user, request.service, request.source()} {}
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  Ending run();

 private:
  std::optional<Ending> obtain_challenge(std::string& lead);
  std::optional<Ending> open_challenge(std::string& lead);
  Ending ask(std::string lead);
  std::optional<Ending> act_on(const Reply& reply, std::string& lead);
  std::optional<Ending> judge(const Reply& reply, std::string& lead);
  std::string resend();

  Result<void> make_code();
  Sending send();
  Ending left_early(Reply::Status status) const;
  Ending no_message(const Sending& sending);
  Ending decoy_or(Reason reason) const;
  Ending store_failed(const Error& error);
  Result<void> commit_nothing();

  const LoginRequest& request_;
  const Setup& setup_;
  const CodeSettings& code_;
  Surroundings& around_;
  Conversation& person_;
  AuditEvent& event_;
  MessageSender sender_;
  const Notices notices_;
  const ChallengeKey key_;
  Standing standing_;
  ChallengeTable::Handle challenge_;
  SteadyTime deadline_{};  // of the message that is being sent
  bool first_send_pending_ = false;
  bool try_pending_ = false;
  bool resend_pending_ = false;
};

// Whatever ended the attempt in the middle of a step (an exception too) must not leave a challenge
// that others wait for or can't end.
Attempt::~Attempt() {
  if (first_send_pending_) around_.challenges.not_sent(challenge_, std::chrono::seconds(0));
  if (try_pending_) around_.challenges.forfeit_try(challenge_);
  if (resend_pending_) around_.challenges.end_resend(challenge_, false);
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

Ending Attempt::run() {
  auto standing = standing_of(request_, setup_.configuration, *setup_.directory, around_.store);
  if (!standing) return store_failed(standing.error());
  standing_ = std::move(*standing);
  event_.number = standing_.phone;
  event_.detail = standing_.detail;

  std::string lead;
  if (const auto ending = obtain_challenge(lead)) return *ending;
  event_.method = to_string(Method::sms);
  event_.ref = challenge_->ref();
  return ask(std::move(lead));
}

// A decoy that came to its end says in the log why it was one.
Ending Attempt::decoy_or(Reason reason) const {
  return denied(standing_.is_decoy() ? standing_.decoy_reason : reason);
}

std::optional<Ending> Attempt::obtain_challenge(std::string& lead) {
  const auto& limits = setup_.configuration.limits;
  const ChallengeRules rules = {code_.lifetime, code_.attempts, limits.sends_per_attempt,
                                limits.resend_after};
  const Milliseconds patience = setup_.configuration.delivery.deadline;
  // Waiting for another attempt's message and sending one's own share the one deadline.
  deadline_ = around_.clock.now() + patience;
  const Entry entry = around_.challenges.enter(key_, standing_.is_decoy(), rules, patience);
  challenge_ = entry.challenge;
  switch (entry.kind) {
    case Entry::Kind::opened:
      return open_challenge(lead);
    case Entry::Kind::resumed:
      lead = wording::code_sent_before(entry.time, standing_.masked, challenge_->ref());
      return std::nullopt;
    case Entry::Kind::resting:
      person_.tell(wording::out_of_tries(entry.time));
      return decoy_or(Reason::resting);
    case Entry::Kind::unsent:
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
  const Sending sending = send();
  if (!sending.may_arrive()) return no_message(sending);
  first_send_pending_ = false;
  around_.challenges.sent(challenge_);
  lead = sending.outcome == Sending::Outcome::sent
             ? wording::code_sent(standing_.masked, challenge_->ref())
             : wording::code_may_come(standing_.masked, challenge_->ref());
  return std::nullopt;
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

Sending Attempt::send() {
  const bool is_void = around_.challenges.is_void(challenge_);
  if (standing_.is_decoy() || is_void) return sender_.pretend(standing_);
  return sender_.send(standing_, *challenge_, deadline_);
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

Ending Attempt::ask(std::string lead) {
  const auto& message = setup_.configuration.message;
  for (int i = 0; i < kMostPrompts; ++i) {
    const std::string prompt =
        wording::prompt(lead, message, around_.challenges.may_resend(challenge_));
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
  if (reply.text.size() == 1 || reply.placeholder_has_one_character) {
    lead = resend();
    return std::nullopt;
  }
  if (reply.text.empty() && !reply.is_placeholder) return std::nullopt;
  return judge(reply, lead);
}

Ending Attempt::store_failed(const Error& error) {
  event_.detail = error.message;
  person_.tell(wording::unavailable());
  return unavailable(Reason::store_failed);
}

// What counting an answer costs, and how it fails, without counting anything: a decoy's answer must
// take as long as a real one, and meet the same end when the state can't be written.
Result<void> Attempt::commit_nothing() {
  const auto reserved = around_.store.reserve_send({});
  if (!reserved) return reserved.error();
  if (reserved->reserved) return around_.store.settle_send(*reserved->reserved, false);
  return {};
}

// Take the try, count it where it lasts, compare, and only then commit what came of it.
std::optional<Ending> Attempt::judge(const Reply& reply, std::string& lead) {
  auto& challenges = around_.challenges;
  const auto granted = challenges.take_try(challenge_);
  if (granted.status == ChallengeTable::TryStatus::expired) {
    person_.tell(wording::expired());
    return decoy_or(Reason::expired);
  }
  const auto rest = setup_.configuration.limits.resend_after;
  if (granted.status == ChallengeTable::TryStatus::used) {
    if (pin_matches(challenge_->code(), reply.text.reveal()))
      notices_.replayed(event_.method, event_.ref);
    person_.tell(wording::used_elsewhere());
    return denied(Reason::used_elsewhere);
  }
  if (granted.status == ChallengeTable::TryStatus::none_left) {
    person_.tell(wording::out_of_tries(rest));
    return decoy_or(Reason::no_tries_left);
  }
  ++event_.answers;
  try_pending_ = true;

  CountedAttempt counted;
  if (standing_.is_decoy() || reply.is_placeholder) {
    if (auto paused = commit_nothing(); !paused) return store_failed(paused.error());
  } else {
    const auto count =
        around_.store.count_attempt(request_.user, lock_rules(setup_.configuration.limits));
    if (!count) return store_failed(count.error());
    counted = *count;
    // Locked since this attempt began: from here on no code can be right.
    if (!counted.id) challenges.make_decoy(challenge_);
  }

  const bool right = challenges.answer_is_right(key_, challenge_, reply.text.reveal());
  try_pending_ = false;
  if (counted.id) {
    const auto committed = around_.store.commit_outcome(*counted.id, right);
    if (!committed) return store_failed(committed.error());
    notices_.answered(counted, right, event_.method);
  }
  if (right) return Ending{AuditVerdict::accepted, Reason::right_code};
  if (granted.left > 0) {
    lead = wording::wrong_code(granted.left);
    return std::nullopt;
  }
  person_.tell(wording::out_of_tries(rest));
  return decoy_or(Reason::no_tries_left);
}

std::string Attempt::resend() {
  const auto granted = around_.challenges.begin_resend(challenge_);
  if (granted.status == ChallengeTable::ResendStatus::too_soon)
    return wording::resend_too_soon(granted.wait);
  if (granted.status == ChallengeTable::ResendStatus::none_left) return wording::no_more_resends();
  resend_pending_ = true;
  deadline_ = around_.clock.now() + setup_.configuration.delivery.deadline;
  const bool left = send().may_arrive();
  resend_pending_ = false;
  around_.challenges.end_resend(challenge_, left);
  return left ? wording::code_sent_again(standing_.masked, challenge_->ref())
              : wording::resend_failed();
}

void fail(AuditEvent& event, const char* why) noexcept {
  event.verdict = AuditVerdict::unavailable;
  event.reason = Reason::internal_error;
  try {
    event.detail = why;
  } catch (const std::bad_alloc&) {
    // The verdict matters more than its detail.
  }
}

}  // namespace

AuditEvent authenticate(const LoginRequest& request, const Setup& setup, Surroundings& around,
                        Conversation& person) noexcept {
  AuditEvent event;
  try {
    event.user = request.user;
    event.service = request.service;
    event.rhost = request.rhost;
    event.tty = request.tty;
    event.ruser = request.ruser;
    event.after = request.ssh_auth_info.substr(0, request.ssh_auth_info.find_first_of(" \n"));
    Attempt attempt(request, setup, around, person, event);
    const Ending ending = attempt.run();
    event.verdict = ending.verdict;
    event.reason = ending.reason;
  } catch (const std::exception& unexpected) {
    fail(event, unexpected.what());
  } catch (...) {
    fail(event, "an exception of an unknown type");
  }
  return event;
}

}  // namespace sms2fa
