// SPDX-License-Identifier: Apache-2.0
// The number, the app and the backup codes of an enrolment.
#include <algorithm>
#include <optional>
#include <utility>

#include "lib/otp/backup_code.h"
#include "lib/otp/base32.h"
#include "lib/otp/otpauth_uri.h"
#include "lib/otp/totp.h"
#include "lib/session/enroll_wording.h"
#include "lib/session/enrolling.h"
#include "lib/session/number_check.h"

namespace sms2fa {

namespace {

constexpr int kReadings = 3;  // of a mistyped number
constexpr int kAppTries = 3;

bool contains(const Methods& methods, Method method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

std::string free_label(const std::vector<EnrolledApp>& apps) {
  const auto taken = [&](const std::string& label) {
    return std::any_of(apps.begin(), apps.end(),
                       [&](const EnrolledApp& app) { return app.label == label; });
  };
  std::string label = "app";
  for (unsigned i = 2; taken(label); ++i) label = "app " + std::to_string(i);
  return label;
}

}  // namespace

std::optional<LoginOutcome> Enrolling::read_number(std::optional<PhoneNumber>& number) {
  const std::string prompt =
      number_ ? wording::ask_other_number(number_->masked()) : wording::ask_number();
  for (int i = 0; i < kReadings; ++i) {
    Secret answer;
    if (const auto outcome = ask(prompt, answer)) return outcome;
    if (answer.empty()) return std::nullopt;
    auto read = snapshot_.read_number(answer.reveal(), by_);
    if (read) {
      if (number_ != *read) number = *read;
      return std::nullopt;
    }
    conversation_.tell(wording::number_unreadable(read.error().message));
  }
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::enroll_number() {
  const auto& settings = snapshot_.configuration.enroll;
  if (listed_) {
    conversation_.tell(wording::number_on_record(listed_->masked()));
    return std::nullopt;
  }
  if (number_ && !by_root() && settings.number_change == NumberChange::refuse) {
    conversation_.tell(wording::number_stays(number_->masked()));
    return std::nullopt;
  }
  std::optional<PhoneNumber> number;
  if (const auto outcome = read_number(number)) return outcome;
  if (!number) return std::nullopt;
  if (const auto outcome = take_proof()) return outcome;

  NumberCheck check(request_, snapshot_, services_, conversation_, event_, verifier_);
  const auto outcome = check.run(*number);
  if (!outcome) return failed(outcome.error());
  switch (*outcome) {
    case NumberCheck::Outcome::right:
      return keep_number(*number);
    case NumberCheck::Outcome::not_sent:
      return std::nullopt;
    case NumberCheck::Outcome::wrong:
      conversation_.tell(wording::too_many_wrong_codes());
      return LoginOutcome{AuditVerdict::denied, Reason::no_tries_left};
    case NumberCheck::Outcome::locked:
      conversation_.tell(wording::too_many_wrong_codes());
      return LoginOutcome{AuditVerdict::denied, Reason::locked};
    case NumberCheck::Outcome::left:
      return interrupted(check.ended());
  }
  return unavailable(Reason::internal_error);
}

std::optional<LoginOutcome> Enrolling::keep_number(const PhoneNumber& number) {
  const auto sealed = seal(number_context(request_.user), Secret(number.e164()));
  if (!sealed) return failed(sealed.error());
  if (number_ && !by_root()) return plan_number(number, *sealed);
  (void)tell_number(wording::kNumberChanges);
  const auto kept = services_.store.set_number(request_.user, *sealed, proof());
  if (!kept) return failed(kept.error());
  generation_ = *kept;
  number_ = number;
  conversation_.tell(wording::number_kept(number.masked()));
  note(NoticeKind::enrolled, Method::sms);
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::plan_number(const PhoneNumber& number,
                                                   const std::string& sealed) {
  const auto wait = snapshot_.configuration.enroll.number_change_delay;
  if (!tell_number(wording::number_will_change(wait))) return std::nullopt;
  const auto planned = services_.store.plan_number(request_.user, sealed, wait, proof());
  if (!planned) return failed(planned.error());
  generation_ = *planned;
  conversation_.tell(wording::number_planned(number.masked(), wait));
  note(NoticeKind::enrolled, Method::sms);
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::enroll_app() {
  if (!contains(eligibility_.methods, Method::totp)) return std::nullopt;
  bool yes = false;
  if (const auto outcome = confirm(wording::ask_app(has_app_), !has_app_, yes)) return outcome;
  if (!yes) return std::nullopt;
  if (const auto outcome = take_proof()) return outcome;

  Secret key(std::string(kTotpKeySize, '\0'));
  const auto drawn =
      services_.random.fill({reinterpret_cast<unsigned char*>(key.writable()), key.size()});
  if (!drawn) return failed(drawn.error());
  conversation_.show_key(otpauth_uri(snapshot_.host, request_.user, key, {}));
  const Secret line = wording::key_for_typing(base32_encode(key.reveal()).reveal());
  std::string shown(line.reveal());
  conversation_.tell(shown);
  wipe(shown);
  return verify_app(key);
}

std::optional<LoginOutcome> Enrolling::verify_app(const Secret& key) {
  for (int i = 0; i < kAppTries; ++i) {
    Secret answer;
    if (const auto outcome = ask(wording::ask_app_code(i > 0), answer)) return outcome;
    if (answer.empty()) break;
    std::optional<int64_t> step;
    bool right = false;
    const auto compare = [&]() -> Result<bool> {
      step = matching_totp_step(key, {}, totp_step_at(services_.clock.wall_now()), answer.reveal());
      return step.has_value();
    };
    if (const auto outcome = verify(compare, right)) return outcome;
    if (right) return keep_app(key, *step);
  }
  conversation_.tell(wording::app_not_kept());
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::keep_app(const Secret& key, int64_t step) {
  const auto sealed = seal(app_context(request_.user), key);
  if (!sealed) return failed(sealed.error());
  if (!tell_number(wording::kAppComes)) return std::nullopt;
  const auto enrolment = services_.store.enrolment_of(request_.user);
  if (!enrolment) return failed(enrolment.error());
  // The code that was typed here is no good for a login.
  const auto used = services_.store.use_totp_step(request_.user, step);
  if (!used) return failed(used.error());
  const auto kept = services_.store.put_app(
      request_.user, {free_label(enrolment->apps), *sealed, {}, services_.clock.wall_now()},
      proof());
  if (!kept && kept.error().kind == ErrorKind::refused) {
    conversation_.tell(wording::app_not_kept());
    return std::nullopt;
  }
  if (!kept) return failed(kept.error());
  generation_ = *kept;
  has_app_ = true;
  conversation_.tell(wording::app_kept());
  note(NoticeKind::enrolled, Method::totp);
  return std::nullopt;
}

std::optional<LoginOutcome> Enrolling::show_codes(const std::vector<Secret>& codes) {
  for (size_t i = 0; i + 1 < codes.size(); i += 2) {
    const Secret line = wording::backup_code_line(codes[i], codes[i + 1]);
    std::string shown(line.reveal());
    conversation_.tell(shown);
    wipe(shown);
  }
  Secret answer;
  return ask(wording::ask_codes_written_down(), answer);
}

// The new ones count only when the person says that they are written down.
std::optional<LoginOutcome> Enrolling::make_codes() {
  if (!contains(eligibility_.methods, Method::backup) || (!number_ && !has_app_))
    return std::nullopt;
  if (codes_ > 0 || (!is_first_ && !by_root())) {
    bool yes = false;
    if (const auto outcome = confirm(wording::ask_new_codes(codes_), false, yes)) return outcome;
    if (!yes) return std::nullopt;
  }
  if (const auto outcome = take_proof()) return outcome;
  const auto codes = make_backup_codes(services_.random);
  if (!codes) return failed(codes.error());
  const auto parameters = make_backup_parameters(services_.random);
  if (!parameters) return failed(parameters.error());
  std::vector<std::string> hashes;
  for (const Secret& code : *codes) {
    auto hash = hash_backup_code(*parameters, code.reveal());
    if (!hash) return failed(hash.error());
    hashes.push_back(std::move(*hash));
  }
  if (const auto outcome = show_codes(*codes)) return outcome;
  if (!tell_number(wording::kCodesCome)) return std::nullopt;
  const auto kept =
      services_.store.replace_backup_codes(request_.user, *parameters, hashes, proof());
  if (!kept) return failed(kept.error());
  generation_ = *kept;
  codes_ = kBackupCodes;
  conversation_.tell(wording::codes_kept());
  note(NoticeKind::codes_made, Method::backup, kBackupCodes);
  return std::nullopt;
}

}  // namespace sms2fa
