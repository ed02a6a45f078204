// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "programs/wiring/wiring.h"

namespace sms2fa {

struct Command;

inline constexpr size_t kLongestReason = 200;

// What stands behind the command's name.
struct Arguments {
  std::string configuration = kDefaultConfiguration;
  std::string socket = kDefaultSocket;
  std::string provider;  // empty: all of them, in order
  std::string user;
  std::string output;    // a file; empty: standard output
  std::string duration;  // empty: the command's own
  std::string reason;
  std::string act;  // enable, disable or status
  std::string service;
  std::string from;    // an address; empty: this machine
  std::string proved;  // before the question, as a rule's `first` has it
  bool list = false;
  std::string first_factor = "password";  // what `pam` has asked first
  size_t lines = 50;
  std::string png;                 // a file for the QR code
  std::string import;              // what the files are of
  std::vector<std::string> files;  // to import, or the one of a backup
  bool with_keys = false;
  bool dry_run = false;
  bool yes = false;
  bool voice = false;
  bool wait = false;
  bool init = false;    // only the first key
  bool limits = false;  // of messages, too
  bool json = false;
  bool help = false;
};

// Reads what stands behind `argv[0]`, the command's own name, as getopt_long(3) does. The error is
// one sentence that names the nearest right option; its kind does not matter (EX_USAGE).
Result<Arguments> parse_arguments(int argc, char** argv, const Command& command);

}  // namespace sms2fa
