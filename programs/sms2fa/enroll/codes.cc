// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "lib/otp/backup_code.h"
#include "lib/session/enroll_wording.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/change_teller.h"
#include "programs/sms2fa/output/enrolment_json.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

namespace {

constexpr const char* kCommand = "codes";

Result<std::vector<Secret>> make(StateAccess& access, const std::string& user,
                                 const std::string& by) {
  auto codes = make_backup_codes(access.random());
  if (!codes) return codes.error();
  const auto parameters = make_backup_parameters(access.random());
  if (!parameters) return parameters.error();
  std::vector<std::string> hashes;
  for (const Secret& code : *codes) {
    auto hash = hash_backup_code(*parameters, code.reveal());
    if (!hash) return hash.error();
    hashes.push_back(std::move(*hash));
  }
  const auto kept = access.store().replace_backup_codes(user, *parameters, hashes, {});
  if (!kept) return kept.error();
  AuditNotice notice;
  notice.kind = NoticeKind::codes_made;
  notice.user = user;
  notice.by = by;
  notice.method = to_string(Method::backup);
  notice.count = kBackupCodes;
  access.audit().notice(notice);
  return codes;
}

int run(const Arguments& arguments, const Console& console) {
  const std::string by = invoking_account();
  const ChangeTeller teller(arguments.configuration);
  auto access = StateAccess::open(arguments.configuration);
  if (!access) return refuse(kCommand, arguments, console, access.error());
  const auto known = (*access)->knows(arguments.user);
  if (!known) return refuse(kCommand, arguments, console, known.error());
  if (!*known) return refuse_unknown(kCommand, arguments, console);
  teller.tell(arguments.user, wording::kCodesCome, **access, console);
  const auto codes = make(**access, arguments.user, by);
  if (!codes) return refuse(kCommand, arguments, console, codes.error());
  if (arguments.json) {
    console.say(codes_as_json(escape(arguments.user), *codes));
    return EX_OK;
  }
  for (const Secret& code : *codes) console.say(code.reveal());
  console.say("Each lets " + escape(arguments.user) +
              " in once. They are never shown again, and those of before have ended.");
  return EX_OK;
}

}  // namespace

Command codes_command() {
  return {.name = kCommand,
          .summary = "new backup codes",
          .description =
              "Makes ten new backup codes for USER and shows them, once. Each lets USER in once; "
              "those of before end. The number on record is told. Only root may; people make their "
              "own with: sms2fa enroll",
          .example = "sudo sms2fa codes alice",
          .operands = {kUser},
          .options = {kConfigOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
