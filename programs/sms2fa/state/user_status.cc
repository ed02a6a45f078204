// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state/user_status.h"

#include "lib/base/text.h"
#include "lib/session/policy.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

// A reason as the log has it.
std::string reason_in_words(const std::string& reason) {
  const auto is = [&reason](Reason which) { return reason == to_string(which); };
  if (is(Reason::not_enrolled)) return "neither number nor app nor backup codes";
  if (is(Reason::forbidden_number)) return "no code may go to such a number";
  if (is(Reason::foreign_number)) return "no code may go to the number's country";
  if (is(Reason::share_spent))
    return "too many wrong codes this year: a backup code, or two app codes in a row";
  return reason;
}

std::string limit_in_words(const LimitState& limit) {
  return "no message for another " + in_words(limit.next_in) +
         (limit.is_share ? ", but after a password or key: the share without one of " : ": ") +
         limit.name + " is used up";
}

std::string without(const UserStatus& status) {
  std::string words;
  for (const auto& word : status.unusable) words += (words.empty() ? "" : " or ") + word;
  return words.empty() ? "" : ", but not by " + words + ": the store's key does not open it";
}

// What lies in the store, whether it can be opened or not.
void show_enrolled(const std::string& user, const UserRecord& record, StateAccess& access,
                   UserStatus& status) {
  const Enrolment& enrolment = record.enrolment;
  for (const EnrolledApp& app : enrolment.apps)
    status.apps.push_back({escape(app.label), app.since});
  status.number_is_enrolled = enrolment.sealed_number.has_value();
  if (enrolment.planned) {
    const auto number = access.keys().open(number_context(user), enrolment.planned->sealed);
    const auto next = number ? PhoneNumber::parse_international(number->reveal()) : std::nullopt;
    status.next_number = next ? next->masked() : "one that cannot be read";
    status.next_number_in = enrolment.planned->due_in;
  }
  const Factors factors = Factors::of(user, record, &access.keys());
  if (factors.has_beyond_reach(Method::totp)) status.unusable.emplace_back("app");
  if (factors.has_number_beyond_reach()) status.unusable.emplace_back("number");
  if (factors.number()) status.number = factors.number()->masked();
  if (record.backup_codes) status.backup_codes_left = record.backup_codes->left;
  if (record.bypass) status.bypass_for = record.bypass->expires_in;
}

// What a login would meet.
void take(const Outlook& now, UserStatus& status) {
  using Meets = Outlook::Meets;
  if (!now.number.empty()) status.number = now.number;
  status.passes_unenrolled = now.meets == Meets::nothing;
  status.has_way = now.meets == Meets::question || status.passes_unenrolled;
  if (now.meets == Meets::decoy) status.no_way = reason_in_words(now.reason);
  if (now.meets == Meets::failure && !status.unusable.empty())
    status.no_way = "only the store's key opens what is enrolled";
  // From unfamiliar places, that is.
  status.state.disabled = status.state.disabled || now.reason == to_string(Reason::disabled);
  status.share_spent = now.reason == to_string(Reason::share_spent);
  status.chance = now.chance;
  if (status.is_known) status.methods = now.methods;
  status.limits = now.limits;
  status.needs_message = !now.by_other;
  if (const LimitState* limit = now.exhausted()) status.exhausted = *limit;
  if (status.trouble.empty()) status.trouble = now.detail;
  if (now.meets != Meets::question) return;
  status.unusable.clear();
  if (now.app_unavailable) status.unusable.emplace_back("app");
  if (now.number_unavailable) status.unusable.emplace_back("number");
}

void look_at_record(const std::string& user, StateAccess& access, UserStatus& status) {
  const auto person = access.find(user);
  if (!person) status.trouble = person.error().message;
  const bool is_on_record = person && *person;
  status.is_known = is_on_record || status.number_is_enrolled || !status.apps.empty() ||
                    status.backup_codes_left || status.bypass_for;
  if (!is_on_record || !(*person)->phone) return;
  status.number_is_enrolled = false;
  status.number = (*person)->phone->masked();
}

}  // namespace

Result<UserStatus> look_at(const std::string& user, StateAccess& access, const Outlook* person) {
  UserStatus status;
  status.user = escape(user);
  const auto record = access.store().record_of({user});
  if (!record) return record.error();
  const auto state = access.longest_lock_of(user);
  if (!state) return state.error();
  status.state = *state;
  auto series = access.store().series_of(user);
  if (!series) return series.error();
  status.series = std::move(*series);
  const auto day = access.store().failures_last_day(user);
  if (!day) return day.error();
  status.failures_last_day = *day;
  show_enrolled(user, *record, access, status);
  look_at_record(user, access, status);
  const Outlook files = access.outlook_of(user);
  if (person == nullptr) {
    take(files, status);
    return status;
  }
  UserStatus read = status;
  take(files, read);
  take(*person, status);
  // What can't be read is refused, and changes nothing.
  if (!access.directory()) return status;
  if (word_of(read) != std::string_view(word_of(status)) || read.no_way != status.no_way)
    status.after_reload = state_in_words(read);
  status.loses_way = status.has_way && !read.has_way;
  return status;
}

const char* word_of(const UserStatus& status) {
  if (status.state.disabled) return "disabled";
  if (status.state.locked_for.count() > 0) return "locked";
  if (status.share_spent) return "share-spent";
  if (status.passes_unenrolled) return "unenrolled";
  if (status.has_way && status.exhausted && status.needs_message) return "over-limit";
  if (status.has_way) return "ok";
  return status.is_known ? "no-way-in" : "not-on-record";
}

std::string state_in_words(const UserStatus& status) {
  const std::string word = word_of(status);
  if (status.state.disabled) return word + " until an administrator unlocks";
  if (status.state.locked_for.count() > 0)
    return word + " for another " + in_words(status.state.locked_for);
  if (status.share_spent) return word + ": " + reason_in_words(to_string(Reason::share_spent));
  if (status.passes_unenrolled) return word + ": gets in without a code";
  if (status.has_way && status.exhausted && status.needs_message)
    return word + ": " + limit_in_words(*status.exhausted);
  if (status.has_way) return word + ": may log in" + without(status);
  if (status.no_way.empty()) return word + ": the record cannot be read";
  return status.is_known ? word + ": " + status.no_way : word;
}

}  // namespace sms2fa
