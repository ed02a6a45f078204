// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"
#include "lib/otp/backup_code.h"
#include "lib/session/enroll_wording.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/change_teller.h"
#include "programs/sms2fa/output/enrolment_json.h"
#include "programs/sms2fa/state/with_state.h"

namespace sms2fa {

namespace {

Result<std::vector<Secret>> make(StateAccess& access, const std::string& user) {
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
  notice.by = access.by();
  notice.method = to_string(Method::backup);
  notice.count = kBackupCodes;
  access.audit().notice(notice);
  return codes;
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  const ChangeTeller teller(arguments.configuration);
  return with_person(
      arguments, console, Needs::configuration, [&](StateAccess& access) -> Result<Answer> {
        teller.tell(arguments.user, wording::kCodesCome, access, console);
        const auto codes = make(access, arguments.user);
        if (!codes) return codes.error();
        Answer answer;
        answer.object = codes_as_json(escape(arguments.user), *codes);
        for (const Secret& code : *codes) answer.say(std::string(code.reveal()));
        answer.say("Each lets " + escape(arguments.user) +
                   " in once. They are never shown again, and those of before have ended.");
        return answer;
      });
}

}  // namespace

Command codes_command() {
  return {.name = "codes",
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
