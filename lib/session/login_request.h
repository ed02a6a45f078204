// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sms2fa {

// Who wants in, as the PAM host claims. Everything but `user` is good for limits and logs only.
struct LoginRequest {
  std::string service;
  std::string user;
  std::string rhost;
  std::string tty;
  std::string ruser;
  std::string ssh_auth_info;
  bool silent = false;
  // sshd already knows that it will not admit this account (its placeholder stood in PAM_AUTHTOK).
  bool not_admitted = false;
  // No login: the person wants to enroll.
  bool enrolls = false;

  // What stands for the network or terminal that the request came from, in limits and challenges:
  // an IPv4 address, also one in IPv6's clothes; the /64 of an IPv6 address, for whoever has one of
  // its addresses has all of them; a name as it is; "local" when there is none.
  std::string source() const;
};

}  // namespace sms2fa
