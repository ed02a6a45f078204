// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "programs/sms2fa/arguments.h"
#include "programs/sms2fa/output/console.h"

namespace sms2fa {

// What a command has to say at its end. May hold a secret: tell() wipes it.
struct Answer {
  struct Line {
    std::optional<Severity> severity;  // of a finding
    std::string text;
  };

  // On standard output, in this order, unless --json asks for the object.
  void say(std::string text) { lines.push_back({std::nullopt, std::move(text)}); }
  void finding(Severity severity, std::string text) {
    lines.push_back({severity, std::move(text)});
  }

  int exit_code = 0;  // of sysexits.h, or kNegativeAnswer
  std::vector<Line> lines = {};
  std::string error = {};  // on standard error, and what to do next
  std::string next = {};
  // With --json. Empty: command, exit code, user, the error and the first warning.
  std::string object = {};
  bool is_told = false;  // by the command itself
};

// The command has told all itself, as a dialogue does.
Answer told(int exit_code);

Answer refusal(int exit_code, std::string why, std::string next = {});
// Of what commands on the store and the configuration can't do.
Answer refusal(const Error& error);

// Tells what the command of this name answers, and returns the exit code.
int tell(const char* command, const Arguments& arguments, Answer answer, const Console& console);

}  // namespace sms2fa
