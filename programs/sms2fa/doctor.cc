// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/doctor.h"

#include <sysexits.h>
#include <unistd.h>

#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

constexpr const char* kUsage =
    "usage: sms2fa doctor [USER] [--config FILE] [--socket PATH] [--json]\n"
    "\n"
    "Walks the path of a login on this machine: all that \"check\" looks at, and the module,\n"
    "sshd's settings, the daemon, the clock, SELinux and AppArmor, whether the providers answer\n"
    "and know our account, and who could get in or would be locked out. Says what is wrong and\n"
    "how to mend it; changes nothing and sends no message. Run it as root, and before you close "
    "the last root shell.\n"
    "  USER            look at this person's login: sshd's Match blocks, way in, lock\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --socket PATH   the daemon's socket (default /run/sms2fa/auth.sock)\n"
    "  --json          one JSON object instead of lines\n"
    "\n"
    "example: sudo sms2fa doctor alice";

void look_at_everything(const Arguments& arguments, Findings& findings) {
  const auto settings = check_files(arguments.configuration, findings);
  const bool readable = settings && findings.exit_code() == EX_OK;
  if (readable) check_numbers(*settings, findings);
  check_pam(findings);
  check_module_loads(findings);
  const auto sshd = check_sshd(settings ? &*settings : nullptr, arguments.user, findings);
  check_daemon(arguments.socket, findings);
  check_confinement(arguments.socket, findings);
  check_clock(findings);
  check_doors(readable ? &*settings : nullptr, arguments.user, sshd, findings);
  if (readable) check_providers(arguments.configuration, findings);
  if (geteuid() != 0)
    findings.add(Severity::note, "what only root may see was left out; run: sudo sms2fa doctor");
}

int run(const Arguments& arguments, const Console& console) {
  Findings findings;
  look_at_everything(arguments, findings);
  if (arguments.json) {
    console.say(findings_as_json("doctor", findings.all(), findings.exit_code()));
  } else {
    for (const auto& finding : findings.all()) console.finding(finding.severity, finding.text);
  }
  return findings.exit_code();
}

}  // namespace

const Command kDoctorCommand = {"doctor", "csjh", TakesUser::maybe, kUsage, run};

}  // namespace sms2fa
