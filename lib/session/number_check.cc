// SPDX-License-Identifier: Apache-2.0
#include "lib/session/number_check.h"

#include <algorithm>

#include "lib/otp/pin.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/limits.h"
#include "lib/session/wording.h"

namespace sms2fa {

namespace {

using std::chrono::ceil;
using std::chrono::seconds;

constexpr int kMostPrompts = 12;

}  // namespace

Result<void> NumberCheck::make_code() {
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr std::string_view kDigits = "23456789";
  const CodeSettings& settings = setup_.configuration.code;
  auto code = make_pin(around_.random, settings.alphabet, settings.length);
  if (!code) return code.error();
  const auto letter = around_.random.below(kLetters.size());
  if (!letter) return letter.error();
  const auto digit = around_.random.below(kDigits.size());
  if (!digit) return digit.error();
  code_ = std::move(*code);
  ref_ = {kLetters[*letter], kDigits[*digit]};
  return {};
}

bool NumberCheck::send(const PhoneNumber& number, Secret text) {
  const auto& settings = setup_.configuration;
  Standing standing;
  standing.phone = number;
  auto budgets = budgets_for(settings.limits, request_, standing);
  budgets.push_back(host_budget(settings.limits));
  StoreLedger ledger(around_.store, std::move(budgets));
  const LoginMessage message = {number, std::move(text), settings.code.lifetime};
  const SendReport report = setup_.messenger->deliver(
      message, {.own_code = true}, ledger, around_.clock.now() + settings.delivery.deadline);
  detail_ = report.status == SendStatus::not_permitted ? ledger.detail() : report.detail;
  if (report.status == SendStatus::accepted || report.status == SendStatus::ambiguous) {
    ++sends_;
    sent_at_ = around_.clock.now();
    return true;
  }
  const bool over_budget = report.status == SendStatus::not_permitted && !ledger.store_failed();
  why_not_sent_ =
      over_budget ? wording::too_many_messages(ledger.retry_in()) : wording::could_not_send();
  return false;
}

bool NumberCheck::tell(const PhoneNumber& number, const std::string& text) {
  return send(number, Secret(text));
}

std::string NumberCheck::resend(const PhoneNumber& number) {
  const auto& limits = setup_.configuration.limits;
  const auto again_at = sent_at_ + limits.resend_after;
  if (sends_ >= limits.sends_per_attempt) return wording::no_more_resends();
  if (around_.clock.now() < again_at)
    return wording::resend_too_soon(ceil<seconds>(again_at - around_.clock.now()));
  return send(number, wording::text_message(setup_.configuration.message, setup_.host,
                                            request_.service, ref_, code_))
             ? ""
             : why_not_sent_ + " ";
}

// Counted where it lasts before it is compared.
std::optional<NumberCheck::Outcome> NumberCheck::judge(std::string_view answer, unsigned& tries) {
  const auto counted =
      around_.store.count_attempt(request_.user, lock_rules(setup_.configuration.limits));
  if (!counted) {
    detail_ = counted.error().message;
    return Outcome::store_failed;
  }
  if (!counted->id) return Outcome::locked;
  const bool right = pin_matches(code_, answer);
  if (const auto done = around_.store.commit_outcome(*counted->id, right); !done) {
    detail_ = done.error().message;
    return Outcome::store_failed;
  }
  if (right) return Outcome::right;
  if (--tries == 0) return Outcome::wrong;
  return std::nullopt;
}

NumberCheck::Outcome NumberCheck::run(const PhoneNumber& number) {
  const auto& settings = setup_.configuration;
  if (auto made = make_code(); !made) {
    detail_ = made.error().message;
    return Outcome::store_failed;
  }
  if (!send(number,
            wording::text_message(settings.message, setup_.host, request_.service, ref_, code_))) {
    person_.tell(why_not_sent_);
    return Outcome::not_sent;
  }
  const SteadyTime expires = around_.clock.now() + settings.code.lifetime;
  unsigned tries = settings.code.attempts;
  std::string lead;
  for (int i = 0; i < kMostPrompts; ++i) {
    const Reply reply = person_.ask(lead + wording::number_code_sent(number.masked(), ref_),
                                    settings.message.echo, expires);
    ended_ = reply.status;
    if (reply.status == Reply::Status::timed_out) person_.tell(wording::expired());
    if (reply.status != Reply::Status::answered) return Outcome::left;
    lead.clear();
    if (reply.text.empty()) continue;
    if (reply.text.size() == 1) {
      lead = resend(number);
      continue;
    }
    if (const auto outcome = judge(reply.text.reveal(), tries)) return *outcome;
    lead = wording::wrong_code(tries);
  }
  return Outcome::wrong;
}

}  // namespace sms2fa
