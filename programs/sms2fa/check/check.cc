// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/check/check.h"

#include <sysexits.h>

#include <algorithm>

#include "programs/sms2fa/command.h"
#include "programs/sms2fa/doctor/daemon_word.h"

namespace sms2fa {

namespace {

Result<Answer> run(const Arguments& arguments, const Console&) {
  Findings findings;
  const DaemonWord word = ask_daemon(arguments.socket, "");
  const auto settings = check_files(arguments.configuration, findings);
  if (settings && findings.exit_code() == EX_OK) {
    check_countdown(settings->code, findings);
    check_numbers(*settings, findings);
    const auto enrolled = enrolled_factors(settings->store);
    check_records(*settings, enrolled, findings);
    check_chance(*settings, enrolled, findings);
    check_rules(*settings, arguments.configuration, findings);
  }
  judge_loaded(word, arguments.configuration, findings);
  if (!word.report && !word.is_older)
    findings.add(Severity::note,
                 word.why_not + ", so whether it works with these files is unknown");
  check_pam(findings);
  return answer_of("check", findings, findings.gravest_first());
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

Answer answer_of(const char* command, const Findings& findings, const std::vector<Finding>& all) {
  Answer answer;
  answer.exit_code = findings.exit_code();
  answer.object = findings_as_json(command, all, answer.exit_code);
  for (const auto& [severity, text] : all) answer.finding(severity, text);
  return answer;
}

int Findings::exit_code() const {
  if (mistaken_) return EX_CONFIG;
  if (denied_) return EX_NOPERM;
  if (unreachable_) return EX_UNAVAILABLE;
  return kept_out_ ? kNegativeAnswer : EX_OK;
}

Command check_command() {
  return {.name = "check",
          .summary = "look over configuration, users, permissions and PAM stacks",
          .description =
              "Looks over configuration, users file, permissions, providers' credentials (their "
              "shape, not whether they work) and the PAM stacks that ask for a code, asks a "
              "running daemon whether it works with what the files say, and says how to fix what "
              "is wrong. Changes nothing and sends nothing.",
          .example = "sudo sms2fa check",
          .options = {kConfigOption, kSocketOption, kJsonOption},
          .run = run};
}

}  // namespace sms2fa
