// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <algorithm>
#include <iterator>

#include "lib/audit/event.h"
#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/login/dialogue.h"

namespace sms2fa {

namespace {

using wire::Verdict;

constexpr std::string_view kService = "sms2fa";

// Those whom no code lets in meet the same question as everybody, and nothing is sent to them.
constexpr Reason kPretences[] = {
    Reason::unknown_user, Reason::not_enrolled, Reason::forbidden_number, Reason::foreign_number,
    Reason::locked,       Reason::disabled,     Reason::share_spent,      Reason::rule};

bool is_pretence(const std::string& reason) {
  return std::any_of(std::begin(kPretences), std::end(kPretences),
                     [&](Reason one) { return reason == to_string(one); });
}

// Only root is told beforehand.
void warn_of_pretence(const Arguments& arguments, const Console& console) {
  const DaemonWord word = ask_daemon(arguments.socket, arguments.user);
  if (!word.report || !word.report->person) return;
  const Outlook& now = *word.report->person;
  if (now.meets == Outlook::Meets::decoy)
    console.finding(Severity::warning, now.user + " cannot log in at this moment (" + now.reason +
                                           "), so sms2fad only pretends to send a code");
}

DialogueEnd meaning_of(Verdict verdict, const std::string& reason, const std::string& user) {
  const std::string because = reason.empty() ? "" : " (" + reason + ")";
  switch (verdict) {
    case Verdict::accepted:
      return {EX_OK, "Accepted: the second factor of " + user + " works.", ""};
    case Verdict::denied:
      if (reason == to_string(Reason::foreign_peer))
        return {EX_NOPERM, "sms2fad refuses: you may only try yourself, not " + user,
                "Root may try anybody: sudo sms2fa try " + user};
      if (is_pretence(reason))
        return {kNegativeAnswer,
                "Denied" + because + ": sms2fad only pretended, as it does to everybody whom it " +
                    "lets in by no code.",
                ""};
      return {kNegativeAnswer, "Denied" + because + ".", ""};
    case Verdict::unavailable:
      return unreachable("sms2fad could not do its part" + because);
  }
  return unreachable("sms2fad gave an unknown verdict");
}

Result<Answer> run(const Arguments& arguments, const Console& console) {
  const std::string user = escape(arguments.user);
  warn_of_pretence(arguments, console);
  return told(finish(converse({.socket = arguments.socket,
                               .user = arguments.user,
                               .service = kService,
                               .meaning =
                                   [&](Verdict verdict, const std::string& reason) {
                                     return meaning_of(verdict, reason, user);
                                   }},
                              console),
                     console));
}

}  // namespace

Command try_command() {
  return {.name = "try",
          .summary = "go through a whole login in this terminal, without PAM",
          .description =
              "Goes through a whole second factor in this terminal, message and code and all, as "
              "PAM would: by asking the daemon. Root may try anybody, others only themselves. "
              "Failures count as they do at a login. Who can't log in is asked all the same, and "
              "nothing is sent then: root is told so before, others afterwards.",
          .example = "sms2fa try alice",
          .operands = {kUser},
          .options = {kSocketOption},
          .run = run};
}

}  // namespace sms2fa
