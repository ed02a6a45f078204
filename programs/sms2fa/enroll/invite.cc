// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/config/configuration_values.h"
#include "lib/directory/persons_account.h"
#include "lib/otp/backup_code.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/human_time.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

// The word, kept as a slow hash only.
Result<Secret> issue(const std::string& user, std::chrono::seconds lifetime, StateAccess& access) {
  auto words = make_backup_codes(access.random());
  if (!words) return words.error();
  Secret& word = words->front();
  const auto parameters = make_backup_parameters(access.random());
  if (!parameters) return parameters.error();
  const auto hash = hash_backup_code(*parameters, word.reveal());
  if (!hash) return hash.error();
  const auto invited = access.store().invite(user, *parameters, *hash, lifetime);
  if (!invited) return invited.error();
  return std::move(word);
}

Answer show(const Arguments& arguments, const Secret& word, std::chrono::seconds lifetime) {
  const WallTime until = std::chrono::system_clock::now() + lifetime;
  const std::string user = escape(arguments.user);
  Answer answer;
  answer.object = invitation_as_json(user, word, until);
  answer.say("An invitation for " + user + ", good once within " + in_words(lifetime) + ", until " +
             local_time(until) + ":\n");
  answer.say("    " + std::string(word.reveal()) + "\n");
  answer.say(user + " types it at: sms2fa enroll. It is not shown again. Make sure that it is " +
             user + " whom you tell.");
  return answer;
}

// Why this person has no use for an invitation; "" when they have.
Result<std::string> obstacle(const std::string& user, StateAccess& access) {
  const std::string shown = escape(user);
  if (access.configuration().enroll.self == SelfEnrolment::no)
    return "[enroll] self = no: only root enrolls people, with: sudo sms2fa enroll " + shown;
  const auto is_person = is_persons_account(user);
  if (!is_person) return is_person.error();
  if (!*is_person)
    return shown +
           "'s account has no login shell or a system account's number, so only root may "
           "enroll it: sudo sms2fa enroll " +
           shown;
  const auto holds = access.number_of(user);
  if (!holds) return holds.error();
  const auto record = access.store().record_of({user});
  if (!record) return record.error();
  if (*holds || !Factors::of(user, *record, &access.keys()).nothing_enrolled())
    return shown + " has a second factor, and proves that instead of an invitation";
  return std::string();
}

Result<Answer> invite(const Arguments& arguments, std::chrono::seconds lifetime,
                      StateAccess& access) {
  const auto obstructed = obstacle(arguments.user, access);
  if (!obstructed) return obstructed.error();
  if (!obstructed->empty()) return refusal(kNegativeAnswer, *obstructed);
  const auto word = issue(arguments.user, lifetime, access);
  if (!word) return word.error();
  access.note(NoticeKind::invited, arguments.user, "for " + in_words(lifetime));
  return show(arguments, *word, lifetime);
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  std::chrono::seconds lifetime{};
  if (const auto bad = take_duration(arguments.duration.empty() ? "7d" : arguments.duration,
                                     std::chrono::minutes(1), std::chrono::days(30), lifetime);
      !bad.empty())
    return refusal(EX_USAGE, "--for " + bad);
  if (geteuid() != 0)
    return refusal(EX_NOPERM, "only root may invite people",
                   "Run it as root: sudo sms2fa invite USER");
  if (getpwnam(arguments.user.c_str()) == nullptr)
    return refusal(EX_NOUSER, "this machine has no user " + escape(arguments.user));
  return with_state(arguments, console, Needs::configuration,
                    [&](StateAccess& access) { return invite(arguments, lifetime, access); });
}

}  // namespace

Command invite_command() {
  return {
      .name = "invite",
      .summary = "let USER enroll a first phone or app by themselves",
      .description =
          "Prints an invitation: a word with which USER, who holds nothing yet, enrolls a phone or "
          "an authenticator app by themselves, once: sms2fa enroll asks for it. It takes the place "
          "of an invitation that USER had. Only root may give one out, and the log says who did.",
      .example = "sudo sms2fa invite carol --for 7d",
      .operands = {kUser},
      .options = {{.name = "for",
                   .value = "TIME",
                   .meaning = "how long it is good for (default 7d, at most 30d)",
                   .take = take<&Arguments::duration>},
                  kConfigOption,
                  kJsonOption},
      .run = run};
}

}  // namespace sms2fa
