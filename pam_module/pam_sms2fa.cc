// SPDX-License-Identifier: Apache-2.0
#include <security/pam_modules.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/wire/module_version.h"
#include "pam_module/conversation.h"
#include "pam_module/log.h"
#include "pam_module/module_args.h"
#include "pam_module/relay.h"
#include "pam_module/verdict_map.h"

namespace {

using namespace sms2fa;

// Nothing here uses it: `sms2fa doctor` finds it in the file.
[[gnu::used, gnu::retain]] const char kVersion[] = SMS2FA_MODULE_VERSION_MARK SMS2FA_VERSION;

const char* item_or_empty(pam_handle_t* pamh, int type) noexcept {
  const void* value = nullptr;
  if (pam_get_item(pamh, type, &value) != PAM_SUCCESS || value == nullptr) return "";
  return static_cast<const char*>(value);
}

// The shape of pam_unix's line, which fail2ban's stock filters and log readers know. Words, or else
// a name with a blank in it could forge the fields behind it, and get somebody else banned.
void log_failure(pam_handle_t* pamh, const RelayOutcome& ending) noexcept {
  pam_syslog(pamh, LOG_NOTICE,
             "authentication failure; logname= uid=%u euid=%u tty=%s ruser=%s rhost=%s  user=%s "
             "reason=%s",
             getuid(), geteuid(), Word(item_or_empty(pamh, PAM_TTY)).text(),
             Word(item_or_empty(pamh, PAM_RUSER)).text(),
             Word(item_or_empty(pamh, PAM_RHOST)).text(),
             Word(item_or_empty(pamh, PAM_USER)).text(), ending.reason);
}

void log_outcome(pam_handle_t* pamh, const ModuleArgs& args, const RelayOutcome& ending) noexcept {
  const Escaped user(item_or_empty(pamh, PAM_USER));
  switch (ending.outcome) {
    case Outcome::accepted:
      if (args.debug) pam_syslog(pamh, LOG_DEBUG, "accepted user=%s", user.text());
      return;
    case Outcome::denied:
    case Outcome::request_unusable:
      return log_failure(pamh, ending);
    case Outcome::unavailable:
      pam_syslog(pamh, LOG_ERR, "denied user=%s: sms2fad could not do its part (%s); see its log",
                 user.text(), ending.reason);
      return;
    case Outcome::daemon_unreachable:
    case Outcome::daemon_untrusted:
      pam_syslog(pamh, LOG_ERR, "denied user=%s: cannot use sms2fad at %s: %s", user.text(),
                 Escaped(args.socket).text(), ending.reason);
      return;
    case Outcome::protocol_violation:
      pam_syslog(pamh, LOG_ERR, "denied user=%s: sms2fad at %s broke the protocol: %s", user.text(),
                 Escaped(args.socket).text(), ending.reason);
      return;
    case Outcome::conversation_failed:
      pam_syslog(pamh, LOG_NOTICE, "denied user=%s: the host's conversation failed or was ended",
                 user.text());
      return;
  }
}

// The daemon tells people what goes wrong on its side; this is for when it can't.
void tell_person(pam_handle_t* pamh, Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::daemon_unreachable:
    case Outcome::daemon_untrusted:
    case Outcome::protocol_violation: {
      Answer none;
      (void)converse(pamh, wire::Style::error, "The second factor cannot be checked at the moment.",
                     none);
      return;
    }
    case Outcome::accepted:
    case Outcome::denied:
    case Outcome::unavailable:
    case Outcome::request_unusable:
    case Outcome::conversation_failed:
      return;
  }
}

// A line of another type names this module by mistake; PAM_IGNORE might let such a stack pass.
int refuse(pam_handle_t* pamh, const char* type) noexcept {
  pam_syslog(pamh, LOG_ERR, "pam_sms2fa.so only answers auth, but a \"%s\" line names it: denying",
             type);
  return PAM_SERVICE_ERR;
}

}  // namespace

// Not noexcept, because libpam's declarations are not and clang holds us to that; built without
// exceptions, none of them throws.
extern "C" {
#pragma GCC visibility push(default)

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* pamh, int flags, int argc, const char** argv) {
  ModuleArgs args;
  if (!parse_module_args(pamh, argc, argv, args)) return PAM_AUTHINFO_UNAVAIL;
  const bool silent = (static_cast<unsigned>(flags) & PAM_SILENT) != 0;
  const RelayOutcome ending = relay(pamh, args, silent);
  log_outcome(pamh, args, ending);
  if (!silent) tell_person(pamh, ending.outcome);
  return pam_code_of(ending.outcome);
}

// Nothing to establish, refresh or delete. sshd calls this in another process than authenticate.
PAM_EXTERN int pam_sm_setcred(pam_handle_t*, int, int, const char**) {
  return PAM_SUCCESS;
}

PAM_EXTERN int pam_sm_acct_mgmt(pam_handle_t* pamh, int, int, const char**) {
  return refuse(pamh, "account");
}

PAM_EXTERN int pam_sm_open_session(pam_handle_t* pamh, int, int, const char**) {
  return refuse(pamh, "session");
}

PAM_EXTERN int pam_sm_close_session(pam_handle_t* pamh, int, int, const char**) {
  return refuse(pamh, "session");
}

PAM_EXTERN int pam_sm_chauthtok(pam_handle_t* pamh, int, int, const char**) {
  return refuse(pamh, "password");
}

#pragma GCC visibility pop
}  // extern "C"
