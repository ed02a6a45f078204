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

Enrolling::Enrolling(const LoginRequest& request, EnrolledBy by, std::shared_ptr<const Setup> setup,
                     Surroundings& around, Conversation& person, AuditEvent& event)
    : request_(request),
      by_(by),
      shared_setup_(std::move(setup)),
      setup_(*shared_setup_),
      around_(around),
      person_(person),
      event_(event),
      notices_(request, around.audit),
      verifier_(request, setup_.configuration.limits, around.store, around.audit, event),
      until_(around.clock.now() + kSitting) {}

Ending Enrolling::failed(const Error& error) {
  event_.detail = error.message;
  const bool outdated = error.kind == ErrorKind::outdated;
  person_.tell(outdated ? wording::changed_meanwhile() : wording::unavailable());
  if (outdated) return {AuditVerdict::denied, Reason::changed_meanwhile};
  return {AuditVerdict::unavailable, Reason::store_failed};
}

void Enrolling::note(NoticeKind kind, Method method, unsigned count) {
  AuditNotice notice = notices_.begin(kind, std::string(to_string(method)));
  if (by_root()) notice.by = "root";
  if (method == Method::sms) notice.number = number_;
  if (count > 0) notice.count = count;
  around_.audit.notice(notice);
}

std::optional<Ending> Enrolling::ask(const std::string& prompt, Secret& answer) {
  Reply reply = person_.ask(prompt, true, until_);
  if (reply.status != Reply::Status::answered) return interrupted(reply.status);
  answer = std::move(reply.text);
  return std::nullopt;
}

std::optional<Ending> Enrolling::confirm(const std::string& prompt, bool otherwise, bool& yes) {
  Secret answer;
  if (const auto ending = ask(prompt, answer)) return ending;
  const auto text = answer.reveal();
  yes = text.empty() ? otherwise : text[0] == 'y' || text[0] == 'Y';
  return std::nullopt;
}

Result<std::string> Enrolling::seal(const std::string& context, const Secret& plain) {
  if (!setup_.keys) return make_error(ErrorKind::unavailable, "there is no key for the store");
  return setup_.keys->seal(context, plain, around_.random);
}

// What there is already.
std::optional<Ending> Enrolling::look() {
  auto standing = standing_of(request_, setup_.configuration, *setup_.directory, around_.store,
                              setup_.keys.get());
  if (!standing) return failed(standing.error());
  standing_ = std::move(*standing);
  const auto found = setup_.directory->find(request_.user);
  if (!found) {
    event_.detail = found.error().message;
    person_.tell(wording::unavailable());
    return Ending{AuditVerdict::unavailable, Reason::directory_failed};
  }
  if (*found) listed_ = (*found)->phone;
  generation_ = standing_.generation;
  const Factors& factors = *standing_.factors;
  number_ = listed_ ? listed_ : factors.number();
  has_app_ = factors.has_app();
  codes_ = factors.backup_codes_left();
  record_ = number_;
  is_first_ = !number_ && factors.nothing_enrolled();
  return std::nullopt;
}

Ending Enrolling::refused(const std::string& why) {
  person_.tell(why);
  return denied(Reason::may_not_enroll);
}

// A program that was taken over must not make itself a way to log in from outside.
std::optional<Ending> Enrolling::look_at_account() {
  if (setup_.configuration.enroll.self == SelfEnrolment::no)
    return refused(wording::only_administrators_enroll());
  if (!setup_.is_persons_account) return refused(wording::account_may_not_enroll());
  const auto person = setup_.is_persons_account(request_.user);
  if (!person) {
    event_.detail = person.error().message;
    person_.tell(wording::unavailable());
    return unavailable(Reason::directory_failed);
  }
  if (!*person) return refused(wording::account_may_not_enroll());
  return std::nullopt;
}

// What lets somebody begin.
std::optional<Ending> Enrolling::begin() {
  if (by_root()) return std::nullopt;
  if (const auto ending = look_at_account()) return ending;
  if (!is_first_) {
    person_.tell(wording::prove_first());
    return prove();
  }
  if (setup_.configuration.enroll.self == SelfEnrolment::yes) return std::nullopt;
  return take_invitation();
}

// The word stays good until something is enrolled by it, for a message may not come at first.
std::optional<Ending> Enrolling::take_invitation() {
  const auto invitation = around_.store.invitation_of(request_.user);
  if (!invitation) return failed(invitation.error());
  const std::string& user = *invitation ? request_.user : kNobody;
  const std::string& parameters =
      *invitation ? (*invitation)->parameters : dummy_backup_parameters();
  for (int i = 0; i < kInvitationTries; ++i) {
    Secret answer;
    bool right = false;
    if (const auto ending = ask(wording::ask_invitation(i > 0), answer)) return ending;
    const auto compare = [&]() -> Result<bool> {
      const auto hash = hash_backup_code(parameters, answer.reveal());
      if (!hash) return hash.error();
      return around_.store.is_invited(user, *hash);
    };
    if (const auto ending = verify(compare, right)) return ending;
    if (right) return std::nullopt;
  }
  person_.tell(wording::too_many_wrong_codes());
  return denied(Reason::may_not_enroll);
}

// Whoever sits at somebody's open session must not be able to make its second factor their own.
std::optional<Ending> Enrolling::prove() {
  const AuditEvent proof = authenticate(request_, shared_setup_, around_, person_);
  proved_ = proof.verdict == AuditVerdict::accepted && proof.reason == Reason::right_code;
  if (proved_) return std::nullopt;
  if (proof.verdict == AuditVerdict::accepted) return denied(Reason::changed_meanwhile);
  event_ = proof;
  return Ending{proof.verdict, proof.reason};
}

// One proof is good for one change. The first enrolment is one change: its number and its app are
// proved by codes of their own.
std::optional<Ending> Enrolling::take_proof() {
  if (by_root() || is_first_) return std::nullopt;
  if (!proved_) {
    person_.tell(wording::prove_again());
    if (const auto ending = prove()) return ending;
  }
  proved_ = false;
  return std::nullopt;
}

// Before the change, so that whoever can't be told of it is not changed. What root does is done.
bool Enrolling::tell_number(const std::string& what) {
  if (!record_) return true;
  const PlainSending sending = send_plain(request_, setup_.configuration, *setup_.directory,
                                          *setup_.messenger, around_.store, around_.clock, *record_,
                                          Secret(wording::change_notice(setup_.host, what)));
  if (sending.may_arrive) return true;
  event_.detail = "the number on record could not be told: " + sending.detail;
  event_.needs_attention = true;
  if (by_root()) return true;
  person_.tell(wording::number_not_told());
  return false;
}

}  // namespace sms2fa
