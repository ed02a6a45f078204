// SPDX-License-Identifier: Apache-2.0
#include "lib/session/judge.h"

#include <algorithm>

#include "lib/otp/pin.h"
#include "lib/session/limits.h"

namespace sms2fa {

namespace {

using Kind = Judgement::Kind;
using TryStatus = ChallengeTable::TryStatus;

// A try that was taken must end, whatever interrupts the judging.
class OpenTry {
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

Judgement Judge::judge(const Reply& reply, const Standing& standing, const ChallengeKey& key,
                       const ChallengeTable::Handle& challenge) {
  auto& challenges = around_.challenges;
  const auto granted = challenges.take_try(challenge);
  if (granted.status == TryStatus::used && pin_matches(challenge->code(), reply.text.reveal()))
    notices_.replayed(event_.method, event_.ref);
  if (granted.status != TryStatus::granted) return {kind_of(granted.status)};
  ++event_.answers;
  OpenTry open(challenges, challenge);

  bool real = !standing.is_decoy() && !reply.is_placeholder;
  const auto counted = around_.store.count_attempt(real ? request_.user : kNobody,
                                                   lock_rules(setup_.configuration.limits));
  if (!counted) return {Kind::store_failed, 0, counted.error().message};
  // Locked since this attempt began: from here on no answer can be right.
  if (real && !counted->id) challenges.make_decoy(challenge);
  real = real && counted->id;

  const Carrier carrier = challenges.carrier_of(challenge);
  const auto factor = try_factors(reply, standing, real);
  if (!factor) return {Kind::store_failed, 0, factor.error().message};
  // What an app or a backup code has answered is none of the provider's business.
  const bool ask = carrier.checks && !factor->is_right();
  const CheckStatus checked =
      ask ? ask_provider(reply, standing, carrier, real) : CheckStatus::wrong;
  const bool right = challenges.answer_is_right(
      key, challenge, reply.text.reveal(), checked == CheckStatus::right || factor->is_right());
  open.has_ended();
  if (right && factor->is_right()) event_.method = method_of(*factor);
  if (counted->id) {
    const auto committed = around_.store.commit_outcome(*counted->id, right);
    if (!committed) return {Kind::store_failed, 0, committed.error().message};
  }
  if (real) notices_.answered(*counted, right, event_.method);
  if (right) return right_by(*factor);
  if (granted.left == 0) return {Kind::none_left};
  return {checked == CheckStatus::unreachable ? Kind::not_checked : Kind::wrong, granted.left};
}

// Every answer is tried on everything the person holds. A backup code's hash is slow, so only what
// is as long as one is hashed; the length is known of sshd's placeholders too.
Result<FactorCheck> Judge::try_factors(const Reply& reply, const Standing& standing, bool real) {
  const auto check = standing.factors->check(reply.text.reveal(), around_.clock.wall_now(),
                                             standing.methods, around_.store, real);
  if (check && check->outcome == FactorCheck::Outcome::replayed)
    notices_.replayed(std::string(to_string(Method::totp)), {});
  return check;
}

Judgement Judge::right_by(const FactorCheck& factor) {
  Judgement right = {Kind::right};
  if (factor.outcome == FactorCheck::Outcome::pass)
    around_.audit.notice(notices_.begin(NoticeKind::pass_used, event_.method));
  if (factor.outcome == FactorCheck::Outcome::backup) {
    right.backup_codes_left = factor.backup_codes_left;
    AuditNotice used = notices_.begin(NoticeKind::code_used, event_.method);
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
