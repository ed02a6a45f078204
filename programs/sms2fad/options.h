// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

struct Options {
  std::string configuration = kDefaultConfiguration;
  std::string socket = kDefaultSocket;
  bool check = false;
  bool help = false;
};

inline constexpr const char* kUsage =
    "usage: sms2fad [--config FILE] [--socket PATH] [--check]\n"
    "\n"
    "The daemon behind pam_sms2fa.so. It stays in the foreground.\n"
    "  --config FILE   configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --socket PATH   where to listen (default /run/sms2fa/auth.sock; a socket\n"
    "                  handed over by the service manager comes first)\n"
    "  --check         read the configuration, say what is wrong with it, and exit\n"
    "SIGHUP reads the configuration again, SIGTERM ends the daemon.\n";

// Reads the command line. The error is one sentence for standard error, naming the nearest option.
Result<Options> parse_options(int argc, char** argv);

}  // namespace sms2fa
