// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/doctor/doctor.h"

#include <sysexits.h>
#include <unistd.h>

#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

void look_at_everything(const Arguments& arguments, Findings& findings) {
  const auto settings = check_files(arguments.configuration, findings);
  const bool readable = settings && findings.exit_code() == EX_OK;
  if (settings) check_store(settings->store, findings);
  if (readable) check_numbers(*settings, findings);
  const auto enrolled =
      readable ? enrolled_factors(settings->store) : std::vector<EnrolledFactors>();
  if (readable) check_records(*settings, enrolled, findings);
  check_pam(findings);
  check_module_loads(findings);
  const auto sshd = check_sshd(settings ? &*settings : nullptr, arguments.user, findings);
  if (sshd) check_stale_sshd(*sshd, {}, findings);
  DaemonWord word;
  if (check_daemon(arguments.socket, findings)) word = ask_daemon(arguments.socket, arguments.user);
  if (word.report) check_sockets(arguments.socket, findings);
  judge_loaded(word, arguments.configuration, findings);
  check_confinement(arguments.socket, findings);
  const Outlook* const now = word.person(arguments.configuration);
  if (readable) check_app(settings->store, arguments.user, enrolled, now, findings);
  check_clock(findings);
  if (geteuid() == 0 && readable && !arguments.user.empty())
    check_person(*settings, arguments.user, word, now, findings);
  else if (geteuid() == 0)
    check_doors(readable ? &*settings : nullptr, sshd, findings);
  if (readable) check_providers(arguments.configuration, word, findings);
  if (geteuid() != 0)
    findings.add(Severity::note, "what only root may see was left out; run: sudo sms2fa doctor");
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  Findings findings;
  look_at_everything(arguments, findings);
  return answer_of("doctor", findings, findings.gravest_first());
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .summary = "walk the path of a login, and say what would lock whom out",
          .description =
              "Walks the path of a login on this machine: all that \"check\" looks at, and the "
              "module, sshd's settings, the daemon, the clock, SELinux and AppArmor, whether the "
              "providers answer and know our account, and who could get in or would be locked out. "
              "Asks the running daemon what it has loaded, and what USER would meet now. Says what "
              "is wrong, the gravest first, and how to fix it; changes nothing and sends no "
              "message. Run it as root, and before you close the last root shell. With USER, looks "
              "at that person's login: sshd's Match blocks, factors, locks, limits.",
          .example = "sudo sms2fa doctor alice",
          .operands = {kMaybeUser},
          .options = {kConfigOption, kSocketOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
