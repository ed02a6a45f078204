// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <security/pam_modules.h>

#include "lib/wire/daemon_socket.h"

namespace sms2fa {

// The arguments behind `pam_sms2fa.so` on its line in the service file.
struct ModuleArgs {
  const char* socket = wire::default_socket();  // socket=PATH, absolute; lives as long as argv
  bool first_proved = false;                    // first=proved
  bool debug = false;                           // debug
};

// Reads all arguments and logs each that is unknown or unusable. False when there was one: the
// caller denies, because an administrator's typing error must not weaken anything.
bool parse_module_args(pam_handle_t* pamh, int argc, const char** argv, ModuleArgs& args) noexcept;

}  // namespace sms2fa
