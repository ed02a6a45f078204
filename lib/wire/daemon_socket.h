// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"

namespace sms2fa::wire {

enum class ConnectStatus { ok, unreachable, untrusted };

// Connects to the daemon's socket and checks that root or _sms2fa listens there. On success
// `connection` is a close-on-exec descriptor of at least 3, so that a host that closed its standard
// streams never finds us in their place. errno tells why it is unreachable. Allocates nothing.
// Precondition: `path` fits into sockaddr_un::sun_path with its NUL.
ConnectStatus connect_to_daemon(const char* path, SteadyTime deadline,
                                UniqueFd& connection) noexcept;

}  // namespace sms2fa::wire
