// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

int run(const Arguments& arguments, const Console& console) {
  console.say("A toy for " + escape(arguments.user) + (arguments.dry_run ? ", or so." : "."));
  return EX_OK;
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
