// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_modules.h>

#include "pam_module/module_args.h"

namespace sms2fa {

// How an attempt ended, as far as the module can tell.
enum class Outcome {
  accepted,             // the daemon said yes, for this very connection
  denied,               // the daemon said no
  unavailable,          // the daemon said that it, or a provider, could not do its part
  daemon_unreachable,   // no socket, nobody listening, or not in time
  daemon_untrusted,     // the listener is neither root nor _sms2fa
  protocol_violation,   // the daemon said what docs/PROTOCOL.md does not allow
  request_unusable,     // user, service or rhost is missing or too long
  conversation_failed,  // the host or the person went away
};

// The daemon's word for the log, or ours.
struct RelayOutcome {
  Outcome outcome = Outcome::protocol_violation;
  char reason[65] = {};
};

// Connects to the daemon, tells it who wants to log in, and carries prompts and answers to and fro
// until the verdict, within the bounds of docs/PROTOCOL.md. `silent` suppresses notices.
RelayOutcome relay(pam_handle_t* pamh, const ModuleArgs& args, bool silent) noexcept;

}  // namespace sms2fa
