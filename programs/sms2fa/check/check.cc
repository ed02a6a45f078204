// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/check/check.h"

#include <sysexits.h>

#include <algorithm>

#include "programs/sms2fa/command.h"
#include "programs/sms2fa/doctor/daemon_word.h"

namespace sms2fa {

namespace {

constexpr const char* kUsage =
    "usage: sms2fa check [--config FILE] [--socket PATH] [--json]\n"
    "\n"
    "Looks over configuration, users file, permissions, providers' credentials (their shape,\n"
    "not whether they work) and the PAM stacks that ask for a code, asks a running daemon\n"
    "whether it works with what the files say, and says how to fix what is wrong. Changes\n"
    "nothing and sends nothing.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --socket PATH   the daemon's socket (default: as the module takes it)\n"
    "  --json          one JSON object instead of lines\n"
    "\n"
    "example: sudo sms2fa check";

int run(const Arguments& arguments, const Console& console) {
  Findings findings;
  const DaemonWord word = ask_daemon(arguments.socket, "");
  const auto settings = check_files(arguments.configuration, findings);
  if (settings && findings.exit_code() == EX_OK) {
    check_numbers(*settings, findings);
    const auto enrolled = enrolled_factors(settings->store);
    check_records(*settings, enrolled, findings);
    check_chance(*settings, enrolled, findings);
  }
  judge_loaded(word, arguments.configuration, findings);
  if (!word.report && !word.is_older)
    findings.add(Severity::note,
                 word.why_not + ", so whether it works with these files is unknown");
  check_pam(findings);
  return show("check", findings, arguments.json, console);
}

}  // namespace

void Findings::add(const Error& error, std::string_view prefix) {
  std::string_view rest = error.message;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    add(Severity::error, std::string(prefix).append(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (error.kind == ErrorKind::permission)
    denied_ = true;
  else if (error.kind == ErrorKind::unavailable)
    unreachable_ = true;
  else if (error.kind == ErrorKind::refused)
    kept_out_ = true;
  else
    mistaken_ = true;
}

std::vector<Finding> Findings::gravest_first() const {
  std::vector<Finding> sorted = all_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& one, const Finding& other) {
    return one.severity > other.severity;
  });
  return sorted;
}

int show(const char* command, const Findings& findings, bool as_json, const Console& console) {
  const auto sorted = findings.gravest_first();
  if (as_json)
    console.say(findings_as_json(command, sorted, findings.exit_code()));
  else
    for (const auto& finding : sorted) console.finding(finding.severity, finding.text);
  return findings.exit_code();
}

int Findings::exit_code() const {
  if (mistaken_) return EX_CONFIG;
  if (denied_) return EX_NOPERM;
  if (unreachable_) return EX_UNAVAILABLE;
  return kept_out_ ? kNegativeAnswer : EX_OK;
}

const Command kCheckCommand = {"check", "csjh", TakesUser::no, kUsage, run};

}  // namespace sms2fa
