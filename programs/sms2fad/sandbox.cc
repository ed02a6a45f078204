// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/sandbox.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/system_error.h"

#include "programs/sms2fad/landlock.h"
#include "programs/sms2fad/system_calls.h"
#include "programs/wiring/capabilities.h"

namespace sms2fa {

namespace {

// Each thread has a folder here, and the kernel counts them as it counts links.
Result<void> check_single_thread() {
  constexpr nlink_t kOneThread = 3;
  struct stat info {};
  if (stat("/proc/self/task", &info) != 0)
    return system_error(ErrorKind::permission, "sandbox: /proc/self/task");
  if (info.st_nlink == kOneThread) return {};
  return make_error(ErrorKind::internal, "sandbox: threads run already");
}

}  // namespace

Result<Sandbox> enter_sandbox(const std::vector<std::string>& writable) {
  if (auto single = check_single_thread(); !single) return single.error();
  if (auto dropped = drop_capabilities(); !dropped)
    return make_error(dropped.error().kind, "sandbox: " + dropped.error().message);
  const rlimit no_core = {0, 0};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0)
    return system_error(ErrorKind::permission, "sandbox: forbidding core dumps");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    return system_error(ErrorKind::permission, "sandbox: forbidding inspection");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return system_error(ErrorKind::permission, "sandbox: forbidding new privileges");
  Sandbox sandbox;
  if (auto confined = confine_writing(writable); confined) {
    sandbox.landlock = true;
  } else {
    sandbox.without_landlock = confined.error().message;
  }
  // Last, for it forbids all of the above.
  if (auto filtered = allow_only_known_system_calls(); !filtered) return filtered.error();
  return sandbox;
}

}  // namespace sms2fa
