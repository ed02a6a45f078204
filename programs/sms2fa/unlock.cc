// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/state_access.h"
#include "programs/sms2fa/state_json.h"

namespace sms2fa {

namespace {

constexpr const char* kName = "unlock";

constexpr const char* kUsage =
    "usage: sms2fa unlock USER [--config FILE] [--json]\n"
    "\n"
    "Ends USER's series of wrong codes, and with it a lock or a disabling. Works on the store\n"
    "itself: the daemon may run or not. The log says who did it.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of a sentence\n"
    "\n"
    "example: sudo sms2fa unlock alice";

int run(const Arguments& arguments, const Console& console) {
  const std::string by = invoking_account();
  const auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kName, arguments, console, access.error());
  StateAccess& state = **access;
  const auto known = state.knows(arguments.user);
  if (!known) return refuse(kName, arguments, console, known.error());
  if (!*known) return refuse_unknown(kName, arguments, console);
  const auto ended = state.store().unlock(arguments.user);
  if (!ended) return refuse(kName, arguments, console, ended.error());
  const std::string user = escape(arguments.user);
  if (!*ended)
    return refuse(kName, arguments, console, kNegativeAnswer,
                  user + " is not locked, and has no wrong code to forget", "");
  AuditNotice notice;
  notice.kind = NoticeKind::unlocked;
  notice.user = arguments.user;
  notice.by = by;
  state.audit().notice(notice);
  console.say(arguments.json ? answer_as_json(kName, user, EX_OK, "")
                             : user + " may try again at once.");
  return EX_OK;
}

}  // namespace

const Command kUnlockCommand = {kName, "cjh", TakesUser::yes, kUsage, run};

}  // namespace sms2fa
