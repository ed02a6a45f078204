// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>

#include "lib/base/text.h"
#include "lib/session/enroll_wording.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/change_teller.h"
#include "programs/sms2fa/output/state_json.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

namespace {

constexpr const char* kCommand = "remove";

int run(const Arguments& arguments, const Console& console) {
  const std::string by = invoking_account();
  const ChangeTeller teller(arguments.configuration);
  auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kCommand, arguments, console, access.error());
  const auto enrolled = (*access)->store().enrolled_users();
  if (!enrolled) return refuse(kCommand, arguments, console, enrolled.error());
  if (std::binary_search(enrolled->begin(), enrolled->end(), arguments.user))
    teller.tell(arguments.user, wording::kAllGoes, **access, console);
  const auto removed = (*access)->store().remove_enrolment(arguments.user);
  if (!removed) return refuse(kCommand, arguments, console, removed.error());
  if (*removed) {
    AuditNotice notice;
    notice.kind = NoticeKind::removed;
    notice.user = arguments.user;
    notice.by = by;
    (*access)->audit().notice(notice);
  }
  const std::string user = escape(arguments.user);
  const std::string nothing = *removed ? "" : user + " had enrolled nothing";
  const int exit_code = *removed ? EX_OK : kNegativeAnswer;
  if (arguments.json)
    console.say(answer_as_json(kCommand, user, exit_code, nothing));
  else
    console.say(*removed ? "What " + user + " had enrolled is gone." : nothing + ".");
  return exit_code;
}

}  // namespace

Command remove_command() {
  return {.name = kCommand,
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
