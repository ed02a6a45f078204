// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "lib/base/text.h"
#include "lib/session/enroll_wording.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/change_teller.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

Result<Answer> remove(const Arguments& arguments, const ChangeTeller& teller, StateAccess& access,
                      const Console& console) {
  const auto enrolled = access.store().enrolled_users();
  if (!enrolled) return enrolled.error();
  if (std::binary_search(enrolled->begin(), enrolled->end(), arguments.user))
    teller.tell(arguments.user, wording::kAllGoes, access, console);
  const auto removed = access.store().remove_enrolment(arguments.user);
  if (!removed) return removed.error();
  const std::string user = escape(arguments.user);
  Answer answer;
  if (*removed) {
    access.note(NoticeKind::removed, arguments.user);
    answer.say("What " + user + " had enrolled is gone.");
    return answer;
  }
  const std::string nothing = user + " had enrolled nothing";
  answer.exit_code = kNegativeAnswer;
  answer.object = answer_as_json("remove", user, answer.exit_code, nothing);
  answer.say(nothing + ".");
  return answer;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  const ChangeTeller teller(arguments.configuration);
  return with_state(arguments, console, Needs::configuration, [&](StateAccess& access) {
    return remove(arguments, teller, access, console);
  });
}

}  // namespace

Command remove_command() {
  return {.name = "remove",
          .summary = "take away what USER has enrolled",
          .description =
              "Takes away what USER has enrolled: number, apps and backup codes, also where a "
              "prompt stands already, and ends an invitation. A number in the users file stays. "
              "The number on record is told. Only root may.",
          .example = "sudo sms2fa remove alice",
          .operands = {kUser},
          .options = {kConfigOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
