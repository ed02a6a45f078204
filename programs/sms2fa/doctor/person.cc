// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"
#include "programs/sms2fa/doctor/denials.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

using Meets = Outlook::Meets;

// By the files and the store alone. `when`: from when on.
void judge_files(const Account& account, const std::string& when, Findings& findings) {
  const std::string name = escape(account.name);
  if (account.has_way)
    findings.add(Severity::ok, name + " can log in: " + account.way);
  else if (account.locked_out.empty())
    findings.add(make_error(ErrorKind::configuration,
                            name + " can't log in" + when + " (" + account.way +
                                "); put a number on record (man 5 sms2fa-users.conf), or: sms2fa "
                                "enroll " +
                                name));
  if (!account.locked_out.empty())
    findings.add(make_error(ErrorKind::refused,
                            name + " is " + account.locked_out +
                                ", after too many wrong codes; to end it: sms2fa unlock " + name));
}

void judge_limits(const Outlook& now, Findings& findings) {
  const LimitState* limit = now.exhausted();
  if (limit == nullptr) return;
  const std::string text =
      now.user + " gets no message for another " + in_words(limit->next_in) + ", because " +
      limit->name + " (" + std::to_string(limit->count) + " in " + in_words(limit->window) +
      ") is used up" +
      (limit->is_share ? " for logins that have proved no password or key first" : "") +
      (now.by_other ? ", and has to use an app or a backup code" : "") +
      "; to forget these messages: sms2fa unlock " + now.user + " --limits";
  if (now.by_other)
    findings.add(Severity::warning, text);
  else
    findings.add(make_error(ErrorKind::refused, text));
}

// What the daemon says it can't read, and what keeps it from that.
std::string with_denial(const std::string& detail) {
  const auto denial = find_denial(detail);
  return denial ? detail + "; " + how_to_allow(*denial) : detail;
}

// Without the answer to a question nobody gets in, whatever the files say by now.
void judge_decoy(const Outlook& now, const Account& files, const DaemonWord& word,
                 Findings& findings) {
  if (!files.has_way) return judge_files(files, "", findings);
  const std::string what = now.user + " meets a decoy (" + now.reason +
                           "), where no code is right, although by the files it could be: sms2fad ";
  findings.add(make_error(ErrorKind::configuration,
                          word.changed_files().empty()
                              ? what + "sees them otherwise" +
                                    (now.detail.empty() ? "" : ": " + with_denial(now.detail))
                              : what + "has not read them since " +
                                    local_time(word.report->loaded.at) +
                                    "; have it read them: " + word.how_to_reload()));
}

void judge_now(const Outlook& now, const Account& files, const DaemonWord& word,
               Findings& findings) {
  switch (now.meets) {
    case Meets::nothing:
      return findings.add(Severity::note,
                          now.user + " has enrolled nothing and gets in without a code (" +
                              (now.detail.empty() ? "unenrolled = allow" : escape(now.detail)) +
                              ")");
    case Meets::failure:
      return findings.add(make_error(ErrorKind::unavailable,
                                     now.user + " cannot log in: " + with_denial(now.detail)));
    case Meets::decoy:
      return judge_decoy(now, files, word, findings);
    case Meets::question:
      break;
  }
  judge_limits(now, findings);
  if (!files.has_way || !files.locked_out.empty())
    judge_files(files, " as soon as sms2fad reads the files again", findings);
  else if (!now.is_out())
    findings.add(Severity::ok, now.user + " can log in" +
                                   (now.number.empty() ? "" : ": " + now.number) +
                                   ", says the daemon");
}

}  // namespace

void check_person(const Configuration& settings, const std::string& user, const DaemonWord& word,
                  const Outlook* now, Findings& findings) {
  const auto account = read_account(settings, user);
  if (!account) return findings.add(account.error());
  if (now != nullptr)
    judge_now(*now, *account, word, findings);
  else
    judge_files(*account, "", findings);
  if (file_that_asks("sudo").empty()) return;
  std::vector<Account> concerned = {*account};
  if (auto asked = read_account(settings, account->sudo.asked); asked) {
    asked->sudo = {};
    concerned.push_back(std::move(*asked));
  }
  judge_sudo(concerned, findings);
}

}  // namespace sms2fa
