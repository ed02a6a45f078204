// SPDX-License-Identifier: Apache-2.0
#include "lib/session/number_check.h"

#include <algorithm>

#include "lib/otp/pin.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/limits.h"
#include "lib/session/plain_message.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using std::chrono::ceil;
using std::chrono::seconds;

constexpr int kMostPrompts = 12;

}  // namespace

bool NumberCheck::send(const PhoneNumber& number) {
  const auto& settings = snapshot_.configuration;
  PlainSending sending =
      send_plain(request_, settings, *snapshot_.directory, *snapshot_.messenger, services_.store,
                 services_.clock, number,
                 wording::text_message(wording::for_enrolment(settings.message), snapshot_.host,
                                       request_.service, made_.ref, made_.code));
  if (!sending.may_arrive) event_.detail = sending.detail;
  event_.limit = sending.limit;
  why_not_sent_ = std::move(sending.why_not);
  if (!sending.may_arrive) return false;
  ++sends_;
  sent_at_ = services_.clock.now();
  return true;
}

std::string NumberCheck::resend(const PhoneNumber& number) {
  const auto& limits = snapshot_.configuration.limits;
  const auto again_at = sent_at_ + limits.resend_after;
  if (sends_ >= limits.sends_per_code) return wording::no_more_resends();
  if (services_.clock.now() < again_at)
    return wording::resend_too_soon(ceil<seconds>(again_at - services_.clock.now()), false);
  return send(number) ? "" : why_not_sent_ + " ";
}

// Counted where it lasts before it is compared.
Result<std::optional<NumberCheck::Outcome>> NumberCheck::verify(std::string_view answer,
                                                                unsigned& tries) {
  const auto verified =
      verifier_.verify(true, 0, [&](const CountedAttempt& counted) -> Result<Compared> {
        if (!counted.id) return make_error(ErrorKind::refused, "locked");
        ++event_.answers;
        return Compared{pin_matches(made_.code, answer), "enroll"};
      });
  if (!verified && verified.error().kind == ErrorKind::refused)
    return std::optional(Outcome::locked);
  if (!verified) return verified.error();
  if (verified->right) return std::optional(Outcome::right);
  if (--tries == 0) return std::optional(Outcome::wrong);
  return std::optional<Outcome>();
}

Result<NumberCheck::Outcome> NumberCheck::run(const PhoneNumber& number) {
  const auto& settings = snapshot_.configuration;
  auto made = make_code(services_.random, settings.code);
  if (!made) return made.error();
  made_ = std::move(*made);
  if (!send(number)) {
    conversation_.tell(why_not_sent_);
    return Outcome::not_sent;
  }
  const SteadyTime expires = services_.clock.now() + settings.code.lifetime;
  unsigned tries = settings.code.tries;
  std::string lead;
  for (int i = 0; i < kMostPrompts; ++i) {
    const Reply reply =
        conversation_.ask(lead + wording::number_code_sent(number.masked(), made_.ref),
                          settings.message.echo, expires);
    ended_ = reply.status;
    if (reply.status == Reply::Status::timed_out) conversation_.tell(wording::expired());
    if (reply.status != Reply::Status::answered) return Outcome::left;
    lead.clear();
    if (reply.text.empty()) continue;
    if (reply.text.size() == 1) {
      lead = resend(number);
      continue;
    }
    const auto outcome = verify(reply.text.reveal(), tries);
    if (!outcome) return outcome.error();
    if (*outcome) return **outcome;
    lead = wording::wrong_code(tries);
  }
  return Outcome::wrong;
}

}  // namespace sms2fa
