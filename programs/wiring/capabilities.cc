// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "lib/base/system_error.h"

namespace sms2fa {

namespace {}  // namespace

Result<void> drop_capabilities() {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    return system_error(ErrorKind::permission, "dropping ambient capabilities");
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held{};
  if (syscall(SYS_capget, &header, held.data()) != 0)
    return system_error(ErrorKind::permission, "looking at capabilities");
  // A service manager that took them all may have forbidden this call too.
  const bool none = std::all_of(held.begin(), held.end(), [](const auto& part) {
    return (part.effective | part.permitted | part.inheritable) == 0;
  });
  if (none) return {};
  held.fill({});
  if (syscall(SYS_capset, &header, held.data()) != 0)
    return system_error(ErrorKind::permission, "dropping capabilities");
  return {};
}

}  // namespace sms2fa
