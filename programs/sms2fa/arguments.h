// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

struct Command;

// What stands behind the command's name.
struct Arguments {
  std::string configuration = kDefaultConfiguration;
  std::string socket = kDefaultSocket;
  std::string provider;  // empty: all of them, in order
  std::string user;
  std::string output;  // a file; empty: standard output
  std::string duration = "15m";
  std::string reason;
  size_t lines = 50;
  std::string png;     // a file for the QR code
  std::string import;  // what the files are of
  std::vector<std::string> files;
  bool dry_run = false;
  bool voice = false;
  bool wait = false;
  bool first = false;  // only the first key
  bool json = false;
  bool help = false;
};

// Reads what stands behind `argv[0]`, the command's own name, as getopt_long(3) does. The error is
// one sentence that names the nearest right option; its kind does not matter (EX_USAGE).
Result<Arguments> parse_arguments(int argc, char** argv, const Command& command);

}  // namespace sms2fa
