// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sms2fa {

// One line of a service, wherever it was included from (pam.d(5)).
struct PamLine {
  std::string place;    // "/etc/pam.d/sshd:3"
  std::string type;     // auth, account, password or session
  bool may_be_missing;  // "-auth": a module that is not there is passed over in silence
  std::string control;  // as written, brackets included, in lower case
  std::string module;   // as written; of "substack", the file's name
  std::vector<std::string> arguments;
  unsigned level;  // how many substacks it is in

  // The module's file name.
  std::string_view module_name() const;
  // Where libpam looks for it, in its order.
  std::vector<std::string> places() const;
  bool is_substack() const { return control == "substack"; }
};

// What libpam would run for a service, in its order.
struct PamStack {
  std::string service;
  std::vector<PamLine> lines;
  // "place: reason", for includes that lead nowhere; libpam then fails the service.
  std::vector<std::string> broken;
};

// The names of the services in /etc/pam.d, without editors' and packages' backups.
std::vector<std::string> pam_services();

// Reads a service's file and what it names by @include, include and substack.
PamStack read_pam_stack(const std::string& service);

// True when another file of /etc/pam.d includes this one: a part, perhaps not a service of its own.
bool is_included(const std::string& service, const std::vector<std::string>& services);

}  // namespace sms2fa
