// SPDX-License-Identifier: Apache-2.0
#include "lib/session/login_verifier.h"

#include <algorithm>

#include "lib/otp/pin.h"

namespace sms2fa {

namespace {

using Kind = AnswerResult::Kind;
using TryStatus = ChallengeTable::TryStatus;

Kind kind_of(TryStatus status) {
  switch (status) {
    case TryStatus::expired:
      return Kind::expired;
    case TryStatus::used:
      return Kind::used;
    case TryStatus::granted:
    case TryStatus::none_left:
      return Kind::none_left;
  }
  return Kind::none_left;
}

}  // namespace

// A try that was taken must end, whatever interrupts the judging.
class LoginVerifier::OpenTry {
 public:
  OpenTry(ChallengeTable& challenges, const ChallengeTable::Handle& challenge)
      : challenges_(challenges), challenge_(challenge) {}
  ~OpenTry() {
    if (pending_) challenges_.forfeit_try(challenge_);
  }
  OpenTry(const OpenTry&) = delete;
  OpenTry& operator=(const OpenTry&) = delete;
  void has_ended() { pending_ = false; }

 private:
  ChallengeTable& challenges_;
  const ChallengeTable::Handle& challenge_;
  bool pending_ = true;
};

AnswerResult LoginVerifier::verify(const Reply& reply, bool may_match, Eligibility& eligibility,
                                   const ChallengeKey& key,
                                   const ChallengeTable::Handle& challenge) {
  auto& challenges = services_.challenges;
  const auto granted = challenges.take_try(challenge);
  if (granted.status == TryStatus::used && pin_matches(challenge->code(), reply.text.reveal()))
    verifier_.notices().replayed(event_.method, event_.ref);
  if (granted.status != TryStatus::granted) return {kind_of(granted.status)};
  ++event_.answers;
  OpenTry open(challenges, challenge);

  placeholder_seen_ = placeholder_seen_ || reply.is_placeholder;
  const bool real = eligibility.is_somebody() && !placeholder_seen_ && may_match;
  Comparison comparison = {reply, eligibility, key, challenge, open, real};
  const auto verified =
      verifier_.verify(real, eligibility.chance,
                       [&](const CountedAttempt& counted) { return compare(comparison, counted); });
  // A change came between the count and the commit.
  if (!verified && verified.error().kind == ErrorKind::outdated) return {Kind::expired};
  if (!verified) return {Kind::store_failed, 0, verified.error().message};
  if (verified->right) return right_by(comparison.factor, verified->from_elsewhere);
  AnswerResult result = {Kind::wrong, granted.left};
  result.cost_a_try = true;
  if (comparison.factor.is_replayed()) result.kind = Kind::used_before;
  if (comparison.checked == CheckStatus::unreachable) result.kind = Kind::not_checked;
  if (granted.left == 0) result.kind = Kind::none_left;
  return result;
}

Result<Compared> LoginVerifier::compare(Comparison& comparison, const CountedAttempt& counted) {
  auto& challenges = services_.challenges;
  auto& [reply, eligibility, key, challenge, open, real, factor, checked] = comparison;
  // Locked since this attempt began: from here on no answer can be right.
  if (real && !counted.id) challenges.make_decoy(challenge);
  real = real && counted.id;
  if (real && counted.generation != eligibility.generation) {
    if (const auto renewed = renew(eligibility, challenge); !renewed) return renewed.error();
    real = eligibility.is_somebody();
  }
  const Accepts accepts = std::max(eligibility.accepts, counted.accepts);
  // Some codes still are accepted; the message's is none of them.
  const bool only_some = real && accepts != Accepts::any_code;
  if (only_some && !eligibility.is_decoy()) bar(eligibility, reason_of(accepts), accepts);

  const LastDelivery carrier = challenges.last_delivery_of(challenge);
  const auto tried = try_factors(reply, eligibility, real, accepts);
  if (!tried) return tried.error();
  factor = *tried;
  // What an app or a backup code has answered is none of the provider's business.
  if (carrier.checks && !factor.is_right())
    checked = ask_provider(reply, eligibility, carrier, real && !only_some);
  const bool proved = checked == CheckStatus::right || factor.is_right();
  // The challenge may be real although this attempt is not: others hold it, too.
  const bool weighs_code = real && !only_some;
  const bool right = weighs_code
                         ? challenges.answer_is_right(key, challenge, reply.text.reveal(), proved)
                         : only_some && factor.is_right();
  if (weighs_code) open.has_ended();
  if (right && factor.is_right()) event_.method = factor.kind->word;
  return Compared{right, event_.method};
}

// What was removed or replaced is no good from that moment on, also where a prompt stands already.
// A code that went to a number of before is no good either, so whose number changed begins anew.
Result<void> LoginVerifier::renew(Eligibility& eligibility,
                                  const ChallengeTable::Handle& challenge) {
  auto anew = eligibility_of(request_, snapshot_.configuration, *snapshot_.directory,
                             services_.store, snapshot_.keys.get(), rules_);
  if (!anew) return anew.error();
  if (!eligibility.is_decoy() && !anew->is_decoy() && anew->phone == eligibility.phone) {
    eligibility = std::move(*anew);
    return {};
  }
  services_.challenges.make_decoy(challenge);
  // Long codes are no matter of the challenge.
  const Accepts accepts = std::max(eligibility.accepts, anew->accepts);
  const bool accepts_some = anew->is_somebody() && accepts != Accepts::any_code;
  if (accepts_some) eligibility = *anew;
  eligibility.accepts = accepts_some ? accepts : Accepts::any_code;
  eligibility.is_real = false;
  eligibility.decoy_reason = anew->is_decoy() ? anew->decoy_reason : Reason::changed_meanwhile;
  return {};
}

// Every answer is tried on everything the person holds. A backup code's hash is slow, so only what
// is as long as one is hashed; the length is known of sshd's placeholders too.
Result<FactorCheck> LoginVerifier::try_factors(const Reply& reply, const Eligibility& eligibility,
                                               bool real, Accepts accepts) {
  const auto check =
      eligibility.factors->check(reply.text.reveal(), services_.clock.wall_now(),
                                 eligibility.methods, services_.store, real, accepts);
  if (check && check->is_replayed())
    verifier_.notices().replayed(std::string(check->kind->word), {});
  return check;
}

AnswerResult LoginVerifier::right_by(const FactorCheck& factor, unsigned from_elsewhere) {
  AnswerResult right = {.kind = Kind::right, .from_elsewhere = from_elsewhere};
  if (!factor.is_right() || !factor.kind->used) return right;
  right.backup_codes_left = factor.use.left;
  AuditNotice used = verifier_.notices().begin(*factor.kind->used, event_.method);
  used.count = factor.use.left;
  services_.audit.notice(used);
  return right;
}

// The provider's own word on a code that it made. Decoys take as long as others did.
CheckStatus LoginVerifier::ask_provider(const Reply& reply, const Eligibility& eligibility,
                                        const LastDelivery& carrier, bool real) {
  const SteadyTime start = services_.clock.now();
  if (!real || !eligibility.phone) {
    const auto sample = services_.checks.draw(services_.random, start);
    if (sample) (void)conversation_.pause(sample->took);
    return CheckStatus::wrong;
  }
  const CheckStatus status =
      snapshot_.messenger->check(carrier.provider, *eligibility.phone, carrier.message_id,
                                 reply.text, start + snapshot_.configuration.delivery.deadline);
  const SteadyTime end = services_.clock.now();
  if (status != CheckStatus::unreachable)
    services_.checks.remember({end - start, SendStatus::accepted, false, end});
  return status;
}

}  // namespace sms2fa
