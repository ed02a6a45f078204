// SPDX-License-Identifier: Apache-2.0
#include "lib/session/factors.h"

#include <algorithm>

#include "lib/otp/backup_code.h"
#include "lib/otp/totp.h"

namespace sms2fa {

namespace {

// Of a backup code: google-authenticator's scratch codes, once they were taken over, have 8 digits.
// Nothing shorter costs a slow hash.
constexpr size_t kShortestBackupAnswer = 8;
// Of those of our own: 50 bits.
constexpr size_t kLongCode = 10;
// RFC 6238's T and its two neighbours.
constexpr int64_t kStepsTried = 3;

using Outcome = FactorCheck::Outcome;

bool contains(const Methods& methods, Method method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool is_long_code(std::string_view answer) {
  const auto is_filler = [](char c) { return c == ' ' || c == '-'; };
  return answer.size() -
             static_cast<size_t>(std::count_if(answer.begin(), answer.end(), is_filler)) >=
         kLongCode;
}

// Without backup codes when the answer is too short to be judged as one.
Methods methods_for(const Methods& allowed, bool is_long) {
  Methods methods = allowed;
  if (!is_long) std::erase(methods, Method::backup);
  return methods;
}

Result<Secret> open(KeyRing* keys, const std::string& context, const std::string& sealed) {
  if (keys == nullptr) return make_error(ErrorKind::unavailable, "there is no key for the store");
  return keys->open(context, sealed);
}

}  // namespace

std::string number_context(const std::string& user) {
  return "number of " + user;
}

std::string app_context(const std::string& user) {
  return "app of " + user;
}

void Factors::open_number(const std::string& sealed, KeyRing* keys) {
  const auto plain = open(keys, number_context(user_), sealed);
  if (plain) number_ = PhoneNumber::parse_international(plain->reveal());
  if (number_) return;
  number_beyond_reach_ = true;
  trouble_ = plain ? "the enrolled number is none" : plain.error().message;
}

void Factors::open_app(const EnrolledApp& app, KeyRing* keys) {
  auto plain = open(keys, app_context(user_), app.sealed);
  if (plain) {
    apps_.push_back({std::move(*plain), app.parameters});
    return;
  }
  app_beyond_reach_ = true;
  trouble_ = plain.error().message;
}

Factors Factors::of(const std::string& user, const UserRecord& record, KeyRing* keys) {
  Factors factors;
  factors.user_ = user;
  factors.pass_ = record.pass;
  factors.backup_ = record.backup_codes;
  const Enrolment& enrolment = record.enrolment;
  if (enrolment.sealed_number) factors.open_number(*enrolment.sealed_number, keys);
  for (const EnrolledApp& app : enrolment.apps) factors.open_app(app, keys);
  return factors;
}

bool Factors::nothing_enrolled() const {
  return !number_ && apps_.empty() && !backup_ && !pass_ && !app_beyond_reach_ &&
         !number_beyond_reach_;
}

int64_t Factors::chance_of_apps() const {
  int64_t chance = 0;
  for (const App& app : apps_) chance += chance_of_app(app.parameters.digits);
  return chance;
}

int64_t chance_of_app(unsigned digits) {
  int64_t chance = kStepsTried * kCertain;
  for (unsigned i = 0; i < digits; ++i) chance /= 10;
  return chance;
}

// As many computations as somebody with the most apps needs, so that their number doesn't show.
Factors::Steps Factors::matching_steps(std::string_view answer, WallTime now) const {
  static const Secret nobodys_key(std::string(kTotpKeySize, '\0'));
  const int64_t step = totp_step_at(now);
  Steps matching;
  const auto take_later = [](std::optional<int64_t>& found, std::optional<int64_t> match) {
    if (match) found = std::max(*match, found.value_or(*match));
  };
  for (size_t i = 0; i < std::max(kMostApps, apps_.size()); ++i) {
    const bool is_real = i < apps_.size();
    const Secret& key = is_real ? apps_[i].key : nobodys_key;
    const TotpParameters parameters = is_real ? apps_[i].parameters : TotpParameters();
    const auto one = matching_totp_step(key, parameters, step, answer);
    const auto two = matching_totp_pair(key, parameters, step, answer);
    if (!is_real) continue;
    take_later(matching.one, one);
    take_later(matching.last_of_two, two);
  }
  return matching;
}

// False when a step, or a later one, was used before.
Result<bool> Factors::use_steps(const Steps& steps, Accepts accepts, Store& store) const {
  if (accepts == Accepts::any_code) return store.use_totp_step(user_, *steps.one);
  const auto first = store.use_totp_step(user_, *steps.last_of_two - 1);
  if (!first || !*first) return first;
  return store.use_totp_step(user_, *steps.last_of_two);
}

Result<FactorCheck> Factors::spend(const Steps& steps, const std::string& hash,
                                   const Methods& allowed, Accepts accepts, Store& store) const {
  const bool by_app = (accepts == Accepts::any_code && steps.one) ||
                      (accepts == Accepts::two_app_codes && steps.last_of_two);
  if (by_app && contains(allowed, Method::totp)) {
    const auto fresh = use_steps(steps, accepts, store);
    if (!fresh) return fresh.error();
    return FactorCheck{*fresh ? Outcome::app : Outcome::replayed, backup_codes_left()};
  }
  if (hash.empty()) return FactorCheck{Outcome::wrong, backup_codes_left()};
  const bool may_match = backup_ && contains(allowed, Method::backup);
  const auto used = store.use_backup_code(may_match ? user_ : kDecoyUser, hash);
  if (!used) return used.error();
  if (*used) return FactorCheck{Outcome::backup, backup_->left > 0 ? backup_->left - 1 : 0};
  return FactorCheck{Outcome::wrong, backup_codes_left()};
}

const std::string& Factors::parameters() const {
  return backup_ ? backup_->parameters : dummy_backup_parameters();
}

// A pass is hashed like a backup code, and with the same parameters, so that it costs no second
// hash; unless the codes are newer than the pass.
Result<bool> Factors::spend_pass(std::string_view answer, const std::string& hash, Store& store,
                                 bool real) const {
  if (!pass_ || !real) return store.use_pass(kDecoyUser, hash);
  if (pass_->parameters == parameters()) return store.use_pass(user_, hash);
  const auto other = hash_backup_code(pass_->parameters, answer);
  if (!other) return other.error();
  return store.use_pass(user_, *other);
}

Result<FactorCheck> Factors::check(std::string_view answer, WallTime now, const Methods& allowed,
                                   Store& store, bool real, Accepts accepts) const {
  const auto steps = matching_steps(answer, now);
  if (answer.size() < kShortestBackupAnswer)
    return real ? spend(steps, "", allowed, accepts, store) : FactorCheck{Outcome::wrong, 0};
  const auto hash = hash_backup_code(parameters(), answer);
  if (!hash) return hash.error();
  const bool is_long = accepts == Accepts::any_code || is_long_code(answer);
  const Methods methods = real ? methods_for(allowed, is_long) : Methods();
  auto checked = spend(real ? steps : Steps(), *hash, methods, accepts, store);
  if (!checked || checked->outcome != Outcome::wrong) return checked;
  const auto passed = spend_pass(answer, *hash, store, real && is_long);
  if (!passed) return passed.error();
  if (*passed) checked->outcome = Outcome::pass;
  return checked;
}

}  // namespace sms2fa
