// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// Whether the kernel also keeps this process from writing elsewhere.
struct Sandbox {
  bool landlock = false;
  std::string without_landlock;  // why not, when it does not
};

// Takes from this process, for good, what the daemon has no use for: capabilities, privileges of
// programs it could run, core dumps, inspection by others of the same uid, every system call that
// is not on the list in system_calls.cc, and, where the kernel has Landlock, running programs,
// listening on TCP ports, and writing anywhere but below `writable`, whose directories must exist.
//
// Call as the account that the daemon runs as, with every listening socket open, and before the
// first thread: Landlock holds only for the thread that asks for it and those it starts later.
// Refuses (permission) when threads run already or a step fails; only Landlock may be missing.
Result<Sandbox> enter_sandbox(const std::vector<std::string>& writable);

}  // namespace sms2fa
