// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include "lib/base/text.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/dialogue.h"

namespace sms2fa {

namespace {

using wire::Verdict;

constexpr const char* kUsage =
    "usage: sms2fa try USER [--socket PATH]\n"
    "\n"
    "Goes through a whole second factor in this terminal, message and code and all, as PAM\n"
    "would: by asking the daemon. Root may try anybody, others only themselves. Failures count\n"
    "as they do at a login.\n"
    "  --socket PATH   the daemon's socket (default /run/sms2fa/auth.sock)\n"
    "\n"
    "example: sms2fa try alice";

constexpr std::string_view kService = "sms2fa";
constexpr std::string_view kForeignPeer = "foreign-peer";  // Reason::foreign_peer

DialogueEnd meaning_of(Verdict verdict, const std::string& reason, const std::string& user) {
  const std::string because = reason.empty() ? "" : " (" + reason + ")";
  switch (verdict) {
    case Verdict::accepted:
      return {EX_OK, "Accepted: the second factor of " + user + " works.", ""};
    case Verdict::denied:
      if (reason == kForeignPeer)
        return {EX_NOPERM, "sms2fad refuses: you may only try yourself, not " + user,
                "Root may try anybody: sudo sms2fa try " + user};
      return {kNegativeAnswer, "Denied" + because + ".", ""};
    case Verdict::unavailable:
      return unreachable("sms2fad could not do its part" + because);
  }
  return unreachable("sms2fad gave an unknown verdict");
}

int run(const Arguments& arguments, const Console& console) {
  const std::string user = escape(arguments.user);
  return finish(converse({.socket = arguments.socket,
                          .user = arguments.user,
                          .service = kService,
                          .meaning =
                              [&](Verdict verdict, const std::string& reason) {
                                return meaning_of(verdict, reason, user);
                              }},
                         console),
                console);
}

}  // namespace

const Command kTryCommand = {"try", "sh", TakesUser::yes, kUsage, run};

}  // namespace sms2fa
