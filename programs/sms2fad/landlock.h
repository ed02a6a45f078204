// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"

namespace sms2fa {

// With Landlock (landlock(7), Linux 5.13): from now on this thread and those it starts make, change
// and remove files only below `directories`, make no devices, FIFOs or sockets, run no program,
// and, as far as the kernel knows how, truncate and control devices nowhere else, bind no TCP port
// and send no signal out of the process. Needs no_new_privs. Reading is left alone: name services
// and TLS read what their packages put anywhere.
//
// unavailable: the kernel has no Landlock, or it is switched off. permission: a directory cannot be
// opened, or a step failed; nothing is confined then.
Result<void> confine_writing(const std::vector<std::string>& directories);

}  // namespace sms2fa
