// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/import.h"
#include "programs/sms2fa/login/dialogue.h"
#include "programs/sms2fa/output/qr_code.h"

namespace sms2fa {

namespace {

using wire::Verdict;

constexpr const char* kUsage =
    "usage: sms2fa enroll [USER | FILE...] [--png FILE] [--socket PATH]\n"
    "                     [--import FORMAT] [--dry-run] [--config FILE] [--json]\n"
    "\n"
    "Enrolls a phone, an authenticator app and backup codes, by asking the daemon: yourself,\n"
    "or as root anybody. Nothing counts before a code has shown that it works, and nothing\n"
    "that was there is lost by breaking off (Ctrl-C).\n"
    "  --png FILE        write the app's QR code into this picture too\n"
    "  --socket PATH     the daemon's socket (default: as the module takes it)\n"
    "  --import FORMAT   take over what FILEs hold (root): google-authenticator, pam_oath,\n"
    "                    gecos\n"
    "  --dry-run         only say what would be taken over\n"
    "  --config FILE     configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --json            the import's report as one JSON object\n"
    "\n"
    "example: sms2fa enroll";

constexpr std::string_view kService = "sms2fa-enroll";
constexpr std::string_view kForeignPeer = "foreign-peer";  // Reason::foreign_peer
constexpr std::string_view kNotEnrolled = "not-enrolled";  // Reason::not_enrolled
// A person types for as long as it takes.
constexpr int kMostMessages = 200;
constexpr Milliseconds kAllTurns{300'000};

DialogueEnd meaning_of(Verdict verdict, const std::string& reason, const std::string& user) {
  const std::string because = reason.empty() ? "" : " (" + reason + ")";
  switch (verdict) {
    case Verdict::accepted:
      return {EX_OK, "Done. Try it: sms2fa try " + user, ""};
    case Verdict::denied:
      if (reason == kForeignPeer)
        return {EX_NOPERM, "sms2fad refuses: you may only enroll yourself, not " + user,
                "Root may enroll anybody: sudo sms2fa enroll " + user};
      if (reason == kNotEnrolled) return {kNegativeAnswer, user + " has no second factor yet.", ""};
      return {kNegativeAnswer, "Ended" + because + "; what a code has confirmed stays.", ""};
    case Verdict::unavailable:
      return unreachable("sms2fad could not do its part" + because);
  }
  return unreachable("sms2fad gave an unknown verdict");
}

void draw(std::string_view uri, const std::string& png, const Console& console) {
  const auto code = QrCode::of(uri);
  if (!code) {
    (void)console.fail(EX_SOFTWARE, code.error().message);
    return;
  }
  console.say(code->for_terminal(isatty(STDOUT_FILENO) == 1));
  console.say(harmless(uri));
  if (png.empty()) return;
  if (const auto written = code->write_png(png); !written)
    (void)console.fail(EX_CANTCREAT, written.error().message);
  else
    console.say("The QR code is in " + escape(png) + "; remove it when the app has read it.");
}

int run(const Arguments& arguments, const Console& console) {
  if (!arguments.import.empty()) return import_files(arguments, console);
  const std::string user = arguments.user.empty() ? own_name() : arguments.user;
  if (user.empty() || getpwnam(user.c_str()) == nullptr)
    return console.fail(EX_NOUSER, "this machine has no user " + escape(user));
  const std::string shown = escape(user);
  return finish(
      converse(
          {.socket = arguments.socket,
           .user = user,
           .service = kService,
           .flags = wire::kEnroll,
           .most_messages = kMostMessages,
           .all_turns = kAllTurns,
           .meaning = [&](Verdict verdict,
                          const std::string& reason) { return meaning_of(verdict, reason, shown); },
           .show_key = [&](std::string_view uri) { draw(uri, arguments.png, console); }},
          console),
      console);
}

}  // namespace

const Command kEnrollCommand = {"enroll", "shigdcj", TakesUser::maybe, kUsage, run};

}  // namespace sms2fa
