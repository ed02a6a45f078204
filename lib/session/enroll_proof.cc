// SPDX-License-Identifier: Apache-2.0
// Who may enroll what, by what proof.
#include <algorithm>
#include <utility>

#include "lib/otp/backup_code.h"
#include "lib/session/authenticate.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/enrolling.h"
#include "lib/session/plain_message.h"

namespace sms2fa {

namespace {

// Shorter than a lock usually is: one of the same series is still there when a change is committed.
constexpr std::chrono::minutes kSitting{20};
constexpr int kInvitationTries = 3;

}  // namespace

Enrolling::Enrolling(const LoginRequest& request, EnrolledBy by,
                     std::shared_ptr<const Snapshot> snapshot, Services& services,
                     Conversation& conversation, AuditEvent& event)
    : request_(request),
      by_(by),
      shared_snapshot_(std::move(snapshot)),
      snapshot_(*shared_snapshot_),
      services_(services),
      conversation_(conversation),
      event_(event),
      notices_(request, services.audit),
      verifier_(request, snapshot_.configuration.limits, services.store, services.audit, event),
      until_(services.clock.now() + kSitting) {}

LoginOutcome Enrolling::failed(const Error& error) {
  event_.detail = error.message;
  const bool outdated = error.kind == ErrorKind::outdated;
  conversation_.tell(outdated ? wording::changed_meanwhile() : wording::unavailable());
  if (outdated) return {AuditVerdict::denied, Reason::changed_meanwhile};
  return {AuditVerdict::unavailable, Reason::store_failed};
}

void Enrolling::note(NoticeKind kind, Method method, unsigned count) {
  AuditNotice notice = notices_.begin(kind, std::string(to_string(method)));
  if (by_root()) notice.by = "root";
  if (method == Method::sms) notice.number = number_;
  if (count > 0) notice.count = count;
  services_.audit.notice(notice);
}

std::optional<LoginOutcome> Enrolling::ask(const std::string& prompt, Secret& answer) {
  Reply reply = conversation_.ask(prompt, true, until_);
  if (reply.status != Reply::Status::answered) return interrupted(reply.status);
  answer = std::move(reply.text);
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::confirm(const std::string& prompt, bool otherwise,
                                               bool& yes) {
  Secret answer;
  if (const auto outcome = ask(prompt, answer)) return outcome;
  const auto text = answer.reveal();
  yes = text.empty() ? otherwise : text[0] == 'y' || text[0] == 'Y';
  return std::nullopt;
}

Result<std::string> Enrolling::seal(const std::string& context, const Secret& plain) {
  if (!snapshot_.keys) return make_error(ErrorKind::unavailable, "there is no key for the store");
  return snapshot_.keys->seal(context, plain, services_.random);
}

// What there is already.
std::optional<LoginOutcome> Enrolling::look() {
  auto eligibility = eligibility_of(request_, snapshot_.configuration, *snapshot_.directory,
                                    services_.store, snapshot_.keys.get());
  if (!eligibility) return failed(eligibility.error());
  eligibility_ = std::move(*eligibility);
  const auto found = snapshot_.directory->find(request_.user);
  if (!found) {
    event_.detail = found.error().message;
    conversation_.tell(wording::unavailable());
    return LoginOutcome{AuditVerdict::unavailable, Reason::directory_failed};
  }
  if (*found) listed_ = (*found)->phone;
  generation_ = eligibility_.generation;
  const Factors& factors = *eligibility_.factors;
  number_ = listed_ ? listed_ : factors.number();
  has_app_ = factors.has(Method::totp);
  codes_ = factors.backup_codes_left();
  record_ = number_;
  is_first_ = !number_ && factors.nothing_enrolled();
  return std::nullopt;
}

LoginOutcome Enrolling::refused(const std::string& why) {
  conversation_.tell(why);
  return denied(Reason::may_not_enroll);
}

// A program that was taken over must not make itself a way to log in from outside.
std::optional<LoginOutcome> Enrolling::look_at_account() {
  if (snapshot_.configuration.enroll.self == SelfEnrolment::no)
    return refused(wording::only_administrators_enroll());
  if (!snapshot_.is_persons_account) return refused(wording::account_may_not_enroll());
  const auto a_person = snapshot_.is_persons_account(request_.user);
  if (!a_person) {
    event_.detail = a_person.error().message;
    conversation_.tell(wording::unavailable());
    return unavailable(Reason::directory_failed);
  }
  if (!*a_person) return refused(wording::account_may_not_enroll());
  return std::nullopt;
}

// What lets somebody begin.
std::optional<LoginOutcome> Enrolling::begin() {
  if (by_root()) return std::nullopt;
  if (const auto outcome = look_at_account()) return outcome;
  if (!is_first_) {
    conversation_.tell(wording::prove_first());
    return prove();
  }
  if (snapshot_.configuration.enroll.self == SelfEnrolment::yes) return std::nullopt;
  return take_invitation();
}

// The word stays good until something is enrolled by it, for a message may not come at first.
std::optional<LoginOutcome> Enrolling::take_invitation() {
  const auto invitation = services_.store.invitation_of(request_.user);
  if (!invitation) return failed(invitation.error());
  const std::string& user = *invitation ? request_.user : kDecoyUser;
  const std::string& parameters =
      *invitation ? (*invitation)->parameters : dummy_backup_parameters();
  for (int i = 0; i < kInvitationTries; ++i) {
    Secret answer;
    bool right = false;
    if (const auto outcome = ask(wording::ask_invitation(i > 0), answer)) return outcome;
    const auto compare = [&]() -> Result<bool> {
      const auto hash = hash_backup_code(parameters, answer.reveal());
      if (!hash) return hash.error();
      return services_.store.is_invited(user, *hash);
    };
    if (const auto outcome = verify(compare, right)) return outcome;
    if (right) return std::nullopt;
  }
  conversation_.tell(wording::too_many_wrong_codes());
  return denied(Reason::may_not_enroll);
}

// Whoever sits at somebody's open session must not be able to make its second factor their own.
std::optional<LoginOutcome> Enrolling::prove() {
  const AuditEvent proof = authenticate(request_, shared_snapshot_, services_, conversation_);
  proved_ = proof.verdict == AuditVerdict::accepted && proof.reason == Reason::right_code;
  if (proved_) return std::nullopt;
  if (proof.verdict == AuditVerdict::accepted) return denied(Reason::changed_meanwhile);
  event_ = proof;
  return LoginOutcome{proof.verdict, proof.reason};
}

// One proof is good for one change. The first enrolment is one change: its number and its app are
// proved by codes of their own.
std::optional<LoginOutcome> Enrolling::take_proof() {
  if (by_root() || is_first_) return std::nullopt;
  if (!proved_) {
    conversation_.tell(wording::prove_again());
    if (const auto outcome = prove()) return outcome;
  }
  proved_ = false;
  return std::nullopt;
}

// Before the change, so that whoever can't be told of it is not changed. What root does is done.
bool Enrolling::tell_number(const std::string& what) {
  if (!record_) return true;
  const PlainSending sending =
      send_plain(request_, snapshot_.configuration, *snapshot_.directory, *snapshot_.messenger,
                 services_.store, services_.clock, *record_,
                 Secret(wording::change_notice(snapshot_.host, what)));
  if (sending.may_arrive) return true;
  event_.detail = "the number on record could not be told: " + sending.detail;
  event_.needs_attention = true;
  if (by_root()) return true;
  conversation_.tell(wording::number_not_told());
  return false;
}

}  // namespace sms2fa
