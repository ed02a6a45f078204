// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sms2fa {

// A process that runs a program called sms2fad.
struct RunningDaemon {
  std::string pid;
  // Its program's file has been replaced or deleted since it was started.
  bool replaced = false;
  // What /proc/PID/attr/current says, without the newline; empty when it can't be read.
  std::string profile;
};

// Those of root and _sms2fa; only root sees all of them.
std::vector<RunningDaemon> running_daemons();

// True where systemd runs this machine.
bool has_systemd();

}  // namespace sms2fa
