// SPDX-License-Identifier: Apache-2.0
#include "lib/session/policy.h"

#include "lib/base/text.h"
#include "lib/session/answer_verifier.h"
#include "lib/session/decoy.h"
#include "lib/session/limits.h"

namespace sms2fa {

namespace {

bool contains(const Methods& methods, Method method) {
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

// Whoever has enrolled something is known, whatever the directory holds.
Result<std::optional<Person>> with_enrolled(Result<std::optional<Person>> found,
                                            const std::string& user, const Factors& factors) {
  if (!found || factors.nothing_enrolled()) return found;
  if (!*found) *found = Person{user, std::nullopt, {}};
  if (!(*found)->phone) (*found)->phone = factors.number();
  return found;
}

std::vector<Medium> media_of(const Methods& methods, bool calls) {
  std::vector<Medium> media;
  for (const Method method : methods) {
    if (method == Method::sms) media.push_back(Medium::sms);
    if (method == Method::voice && calls) media.push_back(Medium::voice);
  }
  return media;
}

bool is_usual(Method method) {
  const auto kinds = factor_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [method](const FactorKind& kind) {
    return kind.is_usual && kind.method == method;
  });
}

// Whether the first of the methods that somebody can use is a message. Without factors it is that
// of somebody who has all.
bool begins_with_message(const Methods& methods, bool by_message, const Factors* factors) {
  for (const Method method : methods) {
    if ((method == Method::sms || method == Method::voice) && by_message) return true;
    if (is_usual(method) && (factors == nullptr || factors->has(method))) return false;
  }
  return by_message;
}

// What somebody sees who is nobody, or has no way in: what most people see.
Eligibility decoy(Reason reason, const Configuration& configuration, const RuleDecision& rules) {
  const Methods methods = rules.narrow(configuration.code.methods);
  Eligibility eligibility;
  eligibility.decoy_reason = reason;
  eligibility.media = media_of(methods, configuration.delivery.voice);
  eligibility.message_first = begins_with_message(methods, !eligibility.media.empty(), nullptr);
  return eligibility;
}

Reason why_unreached(Reach reach) {
  switch (reach) {
    case Reach::open:
      return Reason::not_enrolled;
    case Reach::forbidden:
      return Reason::forbidden_number;
    case Reach::foreign:
      return Reason::foreign_number;
  }
  return Reason::internal_error;
}

Eligibility decide(const LoginRequest& request, const Configuration& configuration, Reach reach,
                   const Person& person, const Methods& methods, const Factors& factors,
                   const UserState& state, const RuleDecision& rules) {
  Eligibility eligibility;
  eligibility.is_real = true;
  if (person.phone && reach == Reach::open)
    eligibility.media = media_of(methods, configuration.delivery.voice);
  if (!eligibility.media.empty()) eligibility.phone = person.phone;
  eligibility.other_way = factors.can_answer(methods);
  eligibility.message_first = begins_with_message(methods, eligibility.phone.has_value(), &factors);
  eligibility.app_unavailable = !factors.has(Method::totp) &&
                                factors.has_beyond_reach(Method::totp) &&
                                contains(methods, Method::totp);
  eligibility.number_unavailable = !person.phone && factors.has_number_beyond_reach();
  if (!eligibility.phone && !eligibility.other_way)
    return decoy(why_unreached(reach), configuration, rules);
  if (request.not_admitted) return decoy(Reason::not_admitted, configuration, rules);
  if (eligibility.phone) eligibility.chance = chance_of_code(configuration.code);
  eligibility.chance += factors.chance(methods);
  const Accepts accepts = accepted(state, eligibility.chance, lock_rules(configuration.limits));
  eligibility.locked_for = state.locked_for;
  if (state.locked_for.count() > 0)
    bar(eligibility, accepts == Accepts::long_codes ? Reason::disabled : Reason::locked);
  else if (accepts != Accepts::any_code)
    bar(eligibility, reason_of(accepts), accepts);
  return eligibility;
}

// Nobody whose number is only unusable, whose record asks for methods, or who is locked.
bool holds_nothing(const Result<std::optional<Person>>& found, const Factors& factors,
                   const UserState& state) {
  if (!found || !factors.nothing_enrolled()) return false;
  if (state.disabled || state.locked_for.count() > 0) return false;
  return !*found || (!(*found)->phone && (*found)->methods.empty());
}

bool counts_down(const CodeSettings& code) {
  return code.unenrolled == Unenrolled::countdown && code.deadline;
}

// Of a countdown; nullopt when there is none, or it has ended. The store is asked for everybody.
Result<std::optional<unsigned>> days_left(const CodeSettings& code, Store& store) {
  if (!counts_down(code)) return std::optional<unsigned>();
  const auto left = store.time_left(*code.deadline);
  if (!left) return left.error();
  if (left->count() <= 0) return std::optional<unsigned>();
  return std::optional(static_cast<unsigned>(std::chrono::ceil<std::chrono::days>(*left).count()));
}

std::string about_countdown(const CodeSettings& code, const Eligibility& eligibility) {
  if (!counts_down(code)) return {};
  const std::string day = iso_date(*code.deadline);
  if (!eligibility.days_left) return "nothing is enrolled, and the deadline was " + day;
  const unsigned days = *eligibility.days_left;
  return std::to_string(days) + (days == 1 ? " day" : " days") + " left to enroll, until " + day;
}

// Nothing of what they see changes, as for a lock, but no answer can be right.
void deny_by_rule(Eligibility& eligibility) {
  if (eligibility.is_real) bar(eligibility, Reason::rule);
  eligibility.decoy_reason = Reason::rule;
  eligibility.accepts = Accepts::any_code;
  if (eligibility.passes_unenrolled) eligibility.detail.clear();
  eligibility.passes_unenrolled = false;
  eligibility.days_left.reset();
}

// Mail and VPN users need no account. Their names are taken as they were typed.
bool may_be_a_user(const LoginRequest& request, const Configuration& configuration) {
  const auto& services = configuration.directory.virtual_users;
  return request.uid ||
         std::find(services.begin(), services.end(), request.service) != services.end();
}

}  // namespace

Reason reason_of(Accepts accepts) {
  return accepts == Accepts::two_app_codes ? Reason::share_spent : Reason::disabled;
}

void bar(Eligibility& eligibility, Reason reason, Accepts accepts) {
  eligibility.is_real = false;
  eligibility.decoy_reason = reason;
  eligibility.accepts = accepts;
  eligibility.locked_out_phone.swap(eligibility.phone);
}

Result<Eligibility> eligibility_of(const LoginRequest& request, const Configuration& configuration,
                                   const Directory& directory, Store& store, KeyRing* keys,
                                   const RuleDecision& rules) {
  const auto record = store.record_of(origin_of(request));
  if (!record) return record.error();
  const auto key = store.decoy_key();
  if (!key) return key.error();
  auto factors = Factors::of(request.user, *record, keys);
  // One look into the directory for everybody: a second one would take time that tells.
  const auto found = with_enrolled(directory.find(request.user), request.user, factors);
  const bool is_on_record = found && *found;
  const bool is_known = is_on_record && may_be_a_user(request, configuration);
  const bool has_methods = is_known && !(*found)->methods.empty();
  const Methods methods =
      rules.narrow(has_methods ? (*found)->methods : configuration.code.methods);
  // For everybody, too.
  const Reach reach = directory.reach_of(is_known ? (*found)->phone : std::nullopt);
  Eligibility eligibility =
      is_known
          ? decide(request, configuration, reach, **found, methods, factors, record->state, rules)
          : decoy(found ? Reason::unknown_user : Reason::directory_failed, configuration, rules);
  // Name services that have lost somebody say "no such account" too (SSSD without its server).
  const bool is_lost = is_on_record && !is_known;
  if (is_lost) eligibility.decoy_reason = Reason::nss;
  // Whoever has nothing but what can't be read at the moment is no stranger.
  if (eligibility.decoy_reason == Reason::not_enrolled && !factors.trouble().empty())
    return make_error(ErrorKind::unavailable, factors.trouble());
  const auto days = days_left(configuration.code, store);
  if (!days) return days.error();
  const bool is_unenrolled = request.uid && !request.not_admitted && request.lane != Lane::named &&
                             holds_nothing(found, factors, record->state);
  const bool may_pass = configuration.code.unenrolled == Unenrolled::allow || *days;
  eligibility.passes_unenrolled = may_pass && is_unenrolled;
  if (eligibility.passes_unenrolled) eligibility.days_left = *days;
  eligibility.detail = found ? factors.trouble() : found.error().message;
  if (is_unenrolled) eligibility.detail = about_countdown(configuration.code, eligibility);
  if (is_lost) eligibility.detail = "on record, but the machine knows no account of that name";
  if (rules.action == RuleAction::deny) deny_by_rule(eligibility);
  eligibility.methods = methods;
  eligibility.generation = record->generation;
  // Locked people keep seeing their own digits, or the lock would show.
  const bool has_number = is_known && (*found)->phone;
  eligibility.masked =
      has_number ? (*found)->phone->masked() : mask_ending_in(decoy_digits(*key, request.user));
  eligibility.factors = std::make_shared<const Factors>(std::move(factors));
  return eligibility;
}

}  // namespace sms2fa
