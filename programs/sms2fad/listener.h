// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

// Listens at `path`, where those may connect whom `mode` lets (the peer's uid decides what it may
// ask). Makes
// the last folder of the path when it is missing, and replaces a socket that nobody listens on any
// more. Refuses when somebody does, or when something that is no socket stands there.
Result<UniqueFd> listen_at(const std::string& path, mode_t mode);

// Makes sure that a socket handed over by the service manager is a listening AF_UNIX SOCK_SEQPACKET
// one.
Result<void> check_listener(int fd);

}  // namespace sms2fa
