// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/user_status.h"

#include "lib/base/text.h"
#include "lib/session/policy.h"
#include "programs/sms2fa/human_time.h"

namespace sms2fa {

namespace {

std::string in_words(Reason reason) {
  if (reason == Reason::not_enrolled) return "neither number nor app nor backup codes";
  if (reason == Reason::forbidden_number) return "no code may go to such a number";
  if (reason == Reason::foreign_number) return "no code may go to the number's country";
  return to_string(reason);
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
  if (record.backup_codes) status.backup_codes_left = record.backup_codes->left;
  if (record.pass) status.pass_for = record.pass->expires_in;
}

// What a login would see.
void look_at_way(const std::string& user, StateAccess& access, UserStatus& status) {
  const auto person = access.find(user);
  if (!person) {
    status.trouble = person.error().message;
    return;
  }
  status.is_known = *person || status.number_is_enrolled || !status.apps.empty() ||
                    status.backup_codes_left || status.pass_for;
  if (*person && (*person)->phone) status.number_is_enrolled = false;
  const auto standing = access.standing_of(user);
  if (!standing) {
    status.trouble = standing.error().message;
    return;
  }
  status.has_way = standing->is_real || standing->passes_unenrolled;
  status.passes_unenrolled = standing->passes_unenrolled;
  if (!status.has_way) status.no_way = in_words(standing->decoy_reason);
  const auto& enrolled = standing->factors->number();
  if (*person && (*person)->phone)
    status.number = (*person)->phone->masked();
  else if (enrolled)
    status.number = enrolled->masked();
  if (status.is_known)
    for (const Method method : standing->methods) status.methods.emplace_back(to_string(method));
  status.trouble = standing->factors->trouble();
}

}  // namespace

Result<UserStatus> look_at(const std::string& user, StateAccess& access) {
  UserStatus status;
  status.user = escape(user);
  const auto record = access.store().record_of(user);
  if (!record) return record.error();
  status.state = record->state;
  const auto day = access.store().failures_last_day(user);
  if (!day) return day.error();
  status.failures_last_day = *day;
  show_enrolled(user, *record, access, status);
  look_at_way(user, access, status);
  return status;
}

const char* word_of(const UserStatus& status) {
  if (status.state.disabled) return "disabled";
  if (status.state.locked_for.count() > 0) return "locked";
  if (status.passes_unenrolled) return "unenrolled";
  if (status.has_way) return "ok";
  return status.is_known ? "no-way-in" : "not-on-record";
}

std::string state_in_words(const UserStatus& status) {
  if (status.state.disabled) return "disabled until an administrator unlocks";
  if (status.state.locked_for.count() > 0)
    return "locked for another " + in_words(status.state.locked_for);
  if (status.passes_unenrolled) return "gets in without a code, having enrolled nothing";
  if (status.has_way) return "may log in";
  if (status.no_way.empty()) return "record cannot be read";
  return status.is_known ? "no way in: " + status.no_way : "not on record";
}

}  // namespace sms2fa
