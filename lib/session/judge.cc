// SPDX-License-Identifier: Apache-2.0
#include "lib/session/judge.h"

#include <algorithm>

#include "lib/otp/pin.h"

namespace sms2fa {

namespace {

using Kind = Judgement::Kind;
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

// In the log's words.
std::string method_of(const FactorCheck& factor) {
  using Outcome = FactorCheck::Outcome;
  if (factor.outcome == Outcome::pass) return "pass";
  return std::string(to_string(factor.outcome == Outcome::backup ? Method::backup : Method::totp));
}

}  // namespace

// A try that was taken must end, whatever interrupts the judging.
class Judge::OpenTry {
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

Judgement Judge::judge(const Reply& reply, bool may_match, Standing& standing,
                       const ChallengeKey& key, const ChallengeTable::Handle& challenge) {
  auto& challenges = around_.challenges;
  const auto granted = challenges.take_try(challenge);
  if (granted.status == TryStatus::used && pin_matches(challenge->code(), reply.text.reveal()))
    verifier_.notices().replayed(event_.method, event_.ref);
  if (granted.status != TryStatus::granted) return {kind_of(granted.status)};
  ++event_.answers;
  OpenTry open(challenges, challenge);

  placeholder_seen_ = placeholder_seen_ || reply.is_placeholder;
  const bool real = standing.is_somebody() && !placeholder_seen_ && may_match;
  Comparison comparison = {reply, standing, key, challenge, open, real};
  const auto verified = verifier_.verify(real, standing.chance, [&](const CountedAttempt& counted) {
    return compare(comparison, counted);
  });
  // A change came between the count and the commit.
  if (!verified && verified.error().kind == ErrorKind::outdated) return {Kind::expired};
  if (!verified) return {Kind::store_failed, 0, verified.error().message};
  if (verified->right) return right_by(comparison.factor, verified->from_elsewhere);
  Judgement judgement = {Kind::wrong, granted.left};
  judgement.cost_a_try = true;
  if (comparison.factor.outcome == FactorCheck::Outcome::replayed)
    judgement.kind = Kind::used_before;
  if (comparison.checked == CheckStatus::unreachable) judgement.kind = Kind::not_checked;
  if (granted.left == 0) judgement.kind = Kind::none_left;
  return judgement;
}

Result<Compared> Judge::compare(Comparison& comparison, const CountedAttempt& counted) {
  auto& challenges = around_.challenges;
  auto& [reply, standing, key, challenge, open, real, factor, checked] = comparison;
  // Locked since this attempt began: from here on no answer can be right.
  if (real && !counted.id) challenges.make_decoy(challenge);
  real = real && counted.id;
  if (real && counted.generation != standing.generation) {
    if (const auto renewed = renew(standing, challenge); !renewed) return renewed.error();
    real = standing.is_somebody();
  }
  const Accepts accepts = std::max(standing.accepts, counted.accepts);
  // Some codes still are accepted; the message's is none of them.
  const bool only_some = real && accepts != Accepts::any_code;
  if (only_some && !standing.is_decoy()) bar(standing, reason_of(accepts), accepts);

  const Carrier carrier = challenges.carrier_of(challenge);
  const auto tried = try_factors(reply, standing, real, accepts);
  if (!tried) return tried.error();
  factor = *tried;
  // What an app or a backup code has answered is none of the provider's business.
  if (carrier.checks && !factor.is_right())
    checked = ask_provider(reply, standing, carrier, real && !only_some);
  const bool proved = checked == CheckStatus::right || factor.is_right();
  // The challenge may be real although this attempt is not: others hold it, too.
  const bool weighs_code = real && !only_some;
  const bool right = weighs_code
                         ? challenges.answer_is_right(key, challenge, reply.text.reveal(), proved)
                         : only_some && factor.is_right();
  if (weighs_code) open.has_ended();
  if (right && factor.is_right()) event_.method = method_of(factor);
  return Compared{right, event_.method};
}

// What was removed or replaced is no good from that moment on, also where a prompt stands already.
// A code that went to a number of before is no good either, so whose number changed begins anew.
Result<void> Judge::renew(Standing& standing, const ChallengeTable::Handle& challenge) {
  auto anew = standing_of(request_, setup_.configuration, *setup_.directory, around_.store,
                          setup_.keys.get());
  if (!anew) return anew.error();
  if (!standing.is_decoy() && !anew->is_decoy() && anew->phone == standing.phone) {
    standing = std::move(*anew);
    return {};
  }
  around_.challenges.make_decoy(challenge);
  // Long codes are no matter of the challenge.
  const Accepts accepts = std::max(standing.accepts, anew->accepts);
  const bool accepts_some = anew->is_somebody() && accepts != Accepts::any_code;
  if (accepts_some) standing = *anew;
  standing.accepts = accepts_some ? accepts : Accepts::any_code;
  standing.is_real = false;
  standing.decoy_reason = anew->is_decoy() ? anew->decoy_reason : Reason::changed_meanwhile;
  return {};
}

// Every answer is tried on everything the person holds. A backup code's hash is slow, so only what
// is as long as one is hashed; the length is known of sshd's placeholders too.
Result<FactorCheck> Judge::try_factors(const Reply& reply, const Standing& standing, bool real,
                                       Accepts accepts) {
  const auto check = standing.factors->check(reply.text.reveal(), around_.clock.wall_now(),
                                             standing.methods, around_.store, real, accepts);
  if (check && check->outcome == FactorCheck::Outcome::replayed)
    verifier_.notices().replayed(std::string(to_string(Method::totp)), {});
  return check;
}

Judgement Judge::right_by(const FactorCheck& factor, unsigned from_elsewhere) {
  Judgement right = {.kind = Kind::right, .from_elsewhere = from_elsewhere};
  if (factor.outcome == FactorCheck::Outcome::pass)
    around_.audit.notice(verifier_.notices().begin(NoticeKind::pass_used, event_.method));
  if (factor.outcome == FactorCheck::Outcome::backup) {
    right.backup_codes_left = factor.backup_codes_left;
    AuditNotice used = verifier_.notices().begin(NoticeKind::code_used, event_.method);
    used.count = factor.backup_codes_left;
    around_.audit.notice(used);
  }
  return right;
}

// The provider's own word on a code that it made. Decoys take as long as others did.
CheckStatus Judge::ask_provider(const Reply& reply, const Standing& standing,
                                const Carrier& carrier, bool real) {
  const SteadyTime start = around_.clock.now();
  if (!real || !standing.phone) {
    const auto sample = around_.checks.draw(around_.random, start);
    if (sample) (void)person_.pause(sample->took);
    return CheckStatus::wrong;
  }
  const CheckStatus status =
      setup_.messenger->check(carrier.provider, *standing.phone, carrier.message_id, reply.text,
                              start + setup_.configuration.delivery.deadline);
  const SteadyTime end = around_.clock.now();
  if (status != CheckStatus::unreachable)
    around_.checks.remember({end - start, SendStatus::accepted, false, end});
  return status;
}

}  // namespace sms2fa
