// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/wire/daemon_socket.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

struct Options {
  std::string configuration = kDefaultConfiguration;
  std::string auth_socket = wire::kAuthSocket;
  std::string user_socket = wire::kUserSocket;
  bool check = false;
  bool help = false;
};

inline constexpr const char* kUsage =
    "usage: sms2fad [--config FILE] [--auth-socket PATH] [--user-socket PATH] [--check]\n"
    "\n"
    "The daemon behind pam_sms2fa.so. It stays in the foreground.\n"
    "  --config FILE       configuration (default /etc/sms2fa/sms2fa.conf)\n"
    "  --auth-socket PATH  where root's programs are heard (default\n"
    "                      /run/sms2fa/auth.sock)\n"
    "  --user-socket PATH  where everybody's are (default /run/sms2fa/user.sock);\n"
    "                      sockets handed over by the service manager come first\n"
    "  --check             read the configuration, say what is wrong with it, and exit\n"
    "SIGHUP reads the configuration again, SIGTERM ends the daemon.\n";

// Reads the command line. The error is one sentence for standard error, naming the nearest option.
Result<Options> parse_options(int argc, char** argv);

}  // namespace sms2fa
