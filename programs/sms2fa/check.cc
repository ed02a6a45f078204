// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/check.h"

#include <sysexits.h>

#include <algorithm>

#include "programs/sms2fa/command.h"

namespace sms2fa {

namespace {

constexpr const char* kUsage =
    "usage: sms2fa check [--config FILE] [--json]\n"
    "\n"
    "Looks over configuration, users file, permissions, providers' credentials (their shape,\n"
    "not whether they work) and the PAM stacks that ask for a code, and says how to mend what\n"
    "is wrong. Changes nothing and sends nothing.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json          one JSON object instead of lines\n"
    "\n"
    "example: sudo sms2fa check";

int run(const Arguments& arguments, const Console& console) {
  Findings findings;
  const auto settings = check_files(arguments.configuration, findings);
  if (settings && findings.exit_code() == EX_OK) check_numbers(*settings, findings);
  check_pam(findings);
  if (arguments.json) {
    console.say(findings_as_json("check", findings.all(), findings.exit_code()));
  } else {
    for (const auto& finding : findings.all()) console.finding(finding.severity, finding.text);
  }
  return findings.exit_code();
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
  else
    mistaken_ = true;
}

int Findings::exit_code() const {
  if (mistaken_) return EX_CONFIG;
  if (denied_) return EX_NOPERM;
  return unreachable_ ? EX_UNAVAILABLE : EX_OK;
}

const Command kCheckCommand = {"check", "cjh", TakesUser::no, kUsage, run};

}  // namespace sms2fa
