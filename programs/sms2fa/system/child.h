// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace sms2fa {

// How a child process ended, and what it wrote.
struct ChildEnd {
  std::string text;   // at most 1 MiB
  int status = -1;    // as waitpid() says it; -1 when there was no child
  bool late = false;  // killed, because its time was up
  bool succeeded() const { return !late && status == 0; }
};

// Runs `work` in a child, which exits with what it returns; what it writes to the descriptor it is
// given comes back. For what may hang, crash or load foreign code. Call while this process has one
// thread.
ChildEnd in_child(Milliseconds patience, const std::function<int(int out)>& work);

// The whole path of a program of this name in the usual folders; empty when it is in none of them.
std::string find_program(const std::string& name);

// Runs a program by its whole path, standard output and error together. Its environment is a fixed
// PATH.
ChildEnd run_program(const std::vector<std::string>& words, Milliseconds patience);

}  // namespace sms2fa
