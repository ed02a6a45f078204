// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sms2fa::test {

// Where acts may leave something: both directories exist and belong to the account that acts.
struct Ground {
  std::string inside;   // the sandbox lets the process write below it
  std::string outside;  // and not below this one
};

// Something a process does, and what must come of it in the sandbox.
struct Act {
  const char* name;
  // 0 when it succeeded, else an errno value.
  int (*perform)(const Ground&);
  // In the sandbox: 0 when it must succeed, kKilled when it must end the process, else the errno.
  int outcome;
  // Without the sandbox and as root it succeeds, unless it must not for the machine's sake: then it
  // fails with this errno, which shows that the kernel got as far as looking at the arguments.
  int free_outcome = 0;
};

inline constexpr int kKilled = -1;

std::vector<Act> process_acts();
std::vector<Act> kernel_acts();
std::vector<Act> file_acts();
std::vector<Act> network_acts();

// For system calls that libc has no function for, or one that does more.
int call_result(long result);

}  // namespace sms2fa::test
