// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"

namespace sms2fa {

// Through seccomp, for all threads and for good: system calls that neither the daemon nor a library
// of its has a use for fail with ENOSYS, as on a kernel that never had them, so that libraries fall
// back to older ones. Those that only an intruder would make (running programs, looking into other
// processes, mounting, loading code into the kernel) end the process, and the kernel logs it.
// Memory is never writable and executable, no process can be started, and sockets are local, TCP
// or UDP.
//
// Needs no_new_privs. permission: the filter could not be made or loaded.
Result<void> allow_only_known_system_calls();

}  // namespace sms2fa
