// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"
#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

Result<Answer> run(const Arguments& arguments, const Console&) {
  Answer answer;
  answer.say("A toy for " + escape(arguments.user) + (arguments.dry_run ? ", or so." : "."));
  return answer;
}

}  // namespace

Command toy_command() {
  return {
      .name = "toy",
      .summary = "give USER a toy",
      .description = "Says that USER has a toy.",
      .example = "sms2fa toy alice",
      .operands = {kUser},
      .options = {{.name = "dry-run", .meaning = "only pretend", .take = take<&Arguments::dry_run>},
                  kConfigOption},
      .run = run};
}

}  // namespace sms2fa
