// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/text.h"
#include "lib/wire/bounds.h"
#include "lib/wire/daemon_socket.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/wording.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

constexpr std::string_view kSocket = "socket=";

// Why nobody can be reached there; empty when somebody can.
std::string why_deaf(const std::string& path) {
  UniqueFd connection;
  const auto deadline = std::chrono::steady_clock::now() + wire::kConnecting;
  switch (wire::connect_to_daemon(path.c_str(), deadline, connection)) {
    case wire::ConnectStatus::unreachable:
      return strerror(errno);
    case wire::ConnectStatus::untrusted:
      return "somebody else than root and _sms2fa listens";
    case wire::ConnectStatus::ok:
      break;
  }
  return {};
}

void check_line(const PamLine& line, Findings& findings) {
  for (const auto& argument : line.arguments) {
    if (!argument.starts_with(kSocket)) continue;
    const std::string path = argument.substr(kSocket.size());
    if (const auto why = why_deaf(path); !why.empty())
      findings.add(make_error(ErrorKind::configuration,
                              line.place + ": no daemon listens at its " + escape(argument) + " (" +
                                  why + "), so nobody gets in by this line; take it out, for the " +
                                  "daemon's own: " + edit(line, "s| socket=[^ ]*||")));
  }
}

}  // namespace

void check_sockets(const std::string& asked, Findings& findings) {
  for (const auto& service : pam_services())
    for (const auto& line : read_pam_stack(service).lines)
      // What a file includes is told of in its own name.
      if (is_ours(line) && line.place.starts_with("/etc/pam.d/" + service + ":"))
        check_line(line, findings);
  if (asked != wire::kAuthSocket) return;
  if (const auto why = why_deaf(wire::kUserSocket); !why.empty())
    findings.add(Severity::warning,
                 std::string("no daemon listens at ") + wire::kUserSocket + " (" + why +
                     "), so programs that don't run as root (screen lockers, sms2fa try) reach "
                     "none; " +
                     (has_systemd() ? "systemctl enable --now sms2fad-user.socket"
                                    : how_to_restart_daemon()));
}

}  // namespace sms2fa
