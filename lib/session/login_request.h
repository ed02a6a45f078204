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

  // What stands for the network or terminal that the request came from, in limits and challenges.
  std::string source() const { return rhost.empty() ? "local" : rhost; }
};

}  // namespace sms2fa
