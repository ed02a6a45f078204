// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "programs/sms2fa/check/check.h"

namespace sms2fa {

// One of the PAM services of a program, and how somebody comes to it.
struct PamMember {
  std::string service;
  std::string command;
};

// Services of one program: whoever may use one chooses among them by an option.
using PamFamily = std::vector<PamMember>;

// sudo's services, from what `sudo -V` says to root; those of Debian and Fedora when it says
// nothing about them.
PamFamily read_sudo_services(std::string_view version_text);

// The services among which `service` is, sudo's or su's; for others, the service alone.
PamFamily family_of(const std::string& service);

// An error for each service that lets in without a code beside one that asks for it, of sudo's and
// of su's.
void check_families(Findings& findings);

}  // namespace sms2fa
