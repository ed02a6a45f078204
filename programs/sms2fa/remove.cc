// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enrolment_json.h"
#include "programs/sms2fa/state_access.h"

namespace sms2fa {

namespace {

constexpr const char* kCommand = "remove";

constexpr const char* kUsage =
    "usage: sms2fa remove USER [--config FILE] [--json]\n"
    "\n"
    "Takes away what USER has enrolled: number, authenticator apps and backup codes. A number\n"
    "in the users file stays. Only root may.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of sentences\n"
    "\n"
    "example: sudo sms2fa remove alice";

int run(const Arguments& arguments, const Console& console) {
  auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kCommand, arguments, console, access.error());
  const auto removed = (*access)->store().remove_enrolment(arguments.user);
  if (!removed) return refuse(kCommand, arguments, console, removed.error());
  if (*removed) {
    AuditNotice notice;
    notice.kind = NoticeKind::removed;
    notice.user = arguments.user;
    notice.by = invoking_account();
    (*access)->audit().notice(notice);
  }
  const int exit_code = *removed ? EX_OK : kNegativeAnswer;
  if (arguments.json) {
    console.say(removed_as_json(arguments.user, exit_code));
    return exit_code;
  }
  console.say(*removed ? "What " + escape(arguments.user) + " had enrolled is gone."
                       : escape(arguments.user) + " had enrolled nothing.");
  return exit_code;
}

}  // namespace

const Command kRemoveCommand = {"remove", "cjh", TakesUser::yes, kUsage, run};

}  // namespace sms2fa
