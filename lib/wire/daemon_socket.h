// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/unique_fd.h"

namespace sms2fa::wire {

// Where the daemon listens: for root alone, and for everybody. Neither can be flooded by way of the
// other; what a client may do, its uid decides.
inline constexpr const char* kAuthSocket = "/run/sms2fa/auth.sock";
inline constexpr const char* kUserSocket = "/run/sms2fa/user.sock";

// The one for this process.
inline const char* default_socket() noexcept {
  return geteuid() == 0 ? kAuthSocket : kUserSocket;
}

enum class ConnectStatus { ok, unreachable, untrusted };

// Connects to the daemon's socket and checks that root or _sms2fa listens there. On success
// `connection` is a close-on-exec descriptor of at least 3, so that a host that closed its standard
// streams never finds us in their place. errno tells why it is unreachable. Allocates nothing.
// Precondition: `path` fits into sockaddr_un::sun_path with its NUL.
ConnectStatus connect_to_daemon(const char* path, SteadyTime deadline,
                                UniqueFd& connection) noexcept;

}  // namespace sms2fa::wire
