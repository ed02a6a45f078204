// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <sysexits.h>
#include <unistd.h>

#include <utility>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/enroll/import.h"
#include "programs/sms2fa/login/dialogue.h"
#include "programs/sms2fa/output/qr_code.h"

namespace sms2fa {

namespace {

using wire::Verdict;

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

Result<Answer> run(const Arguments& arguments, const Console& console) {
  if (!arguments.import.empty()) return import_files(arguments, console);
  const std::string user = arguments.user.empty() ? own_name() : arguments.user;
  if (user.empty() || getpwnam(user.c_str()) == nullptr)
    return told(console.fail(EX_NOUSER, "this machine has no user " + escape(user)));
  const std::string shown = escape(user);
  return told(finish(
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
      console));
}

// Files come with --import, and only with it.
Result<void> check(Arguments& arguments) {
  const auto wrong = [](std::string why) -> Result<void> {
    return make_error(ErrorKind::configuration, std::move(why));
  };
  if (!arguments.import.empty())
    return arguments.files.empty() ? wrong("--import needs the files to read") : Result<void>();
  if (arguments.dry_run) return wrong("--dry-run is for --import");
  const auto words = std::exchange(arguments.files, {});
  if (words.size() > 1) return wrong("unexpected argument " + escape(words[1]));
  if (words.empty()) return {};
  auto why = take_user(words[0], arguments);
  return why.empty() ? Result<void>() : wrong(std::move(why));
}

}  // namespace

Command enroll_command() {
  return {.name = "enroll",
          .summary = "phone, authenticator app and backup codes: yours, or as root a USER's",
          .description =
              "Enrolls a phone, an authenticator app and backup codes, by asking the daemon: "
              "yourself, or as root anybody. Nothing counts before a code has shown that it works, "
              "and nothing that was there is lost by breaking off (Ctrl-C).",
          .example = "sms2fa enroll",
          .operands = {{.name = "USER | FILE",
                        .take = take<&Arguments::files>,
                        .may_miss = true,
                        .is_repeated = true}},
          .options = {{.name = "png",
                       .value = "FILE",
                       .meaning = "write the app's QR code into this picture too",
                       .take = take<&Arguments::png>},
                      kSocketOption,
                      {.name = "import",
                       .value = "google-authenticator|pam_oath|gecos",
                       .meaning = "take over what FILEs hold (root)",
                       .take = take<&Arguments::import>},
                      {.name = "dry-run",
                       .meaning = "only say what would be taken over",
                       .take = take<&Arguments::dry_run>},
                      kConfigOption,
                      {.name = "json",
                       .meaning = "the import's report as one JSON object",
                       .take = take<&Arguments::json>}},
          .run = run,
          .check = check};
}

}  // namespace sms2fa
