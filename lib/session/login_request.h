// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/audit/event.h"
#include "lib/base/lane.h"
#include "lib/rules/decide.h"

namespace sms2fa {

// Who wants in. What stands above the blank line comes from the daemon, what stands below it is a
// claim: good for limits and logs only.
struct LoginRequest {
  std::string user;          // the account's own name; as it was typed when there is no account
  std::string typed_user;    // what was typed instead, "" when that is the same
  std::optional<uid_t> uid;  // nullopt: the machine has no such account
  std::optional<gid_t> gid;  // its first group
  Lane lane = Lane::unproven;
  uid_t peer = static_cast<uid_t>(-1);  // whom the connection belongs to (SO_PEERCRED)
  // Who is behind it, for limits: what a host that runs as root says (PAM_RUSER), else `peer`.
  std::string caller;
  // In the groups and netgroups that rules name.
  Memberships memberships;
  std::string memberships_error;  // why they are not known

  std::string service;
  std::string rhost;
  std::string tty;
  std::string ruser;
  std::string ssh_auth_info;
  bool ssh_auth_info_is_cut = false;
  // A module above ours has proved a first factor, as the line in the service file says.
  bool first_proved = false;
  bool silent = false;
  // sshd already knows that it will not admit this account (its placeholder stood in PAM_AUTHTOK).
  bool not_admitted = false;
  // No login: the person wants to enroll.
  bool enrolls = false;

  // What stands for the network or terminal that the request came from, in limits and challenges:
  // an IPv4 address, also one in IPv6's clothes; the /64 of an IPv6 address, for whoever has one of
  // its addresses has all of them; a name as it is. Without any the request is local, and each
  // caller at each terminal is a source; what an ordinary user calls their terminal doesn't count.
  // What a peer of [peer] says of the network makes sources of its own.
  std::string source() const;
  // The network that the source belongs to (IPv4 /24, IPv6 /48), or who calls, wherever they sit:
  // for limits on crowds.
  std::string crowd() const;
  // Whether `rhost` is a network address.
  bool has_address() const;
};

// What the log tells of every attempt.
AuditEvent begin_event(const LoginRequest& request);

}  // namespace sms2fa
