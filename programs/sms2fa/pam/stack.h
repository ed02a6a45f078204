// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "programs/sms2fa/pam/control.h"

namespace sms2fa {

// PAM_SUBSTACK_MAX_LEVEL of libpam: files within files, and substacks within substacks.
inline constexpr unsigned kMostSubstacks = 16;

// One line of a service, wherever it was included from (pam.d(5)).
struct PamLine {
  std::string place;  // "/etc/pam.d/sshd:3"
  // The lines of the service's own file, from 1 on, that it is, or that include it.
  unsigned first_own = 0;
  unsigned last_own = 0;
  std::string type;     // auth, account, password or session
  std::string control;  // without brackets
  std::string module;   // as written; of "substack", the file's name
  std::vector<std::string> arguments;
  unsigned level = 0;  // how many substacks it is in
  PamActions actions{};
  // The control, or what libpam takes it for, is no control that it knows: every return is bad.
  bool is_control = true;
  bool is_substack = false;
  // libpam could not read it, and has it fail.
  bool must_fail = false;

  // The module's file name.
  std::string_view module_name() const;
  // Where libpam looks for it, in its order.
  std::vector<std::string> places() const;
  // With brackets where they belong.
  std::string shown_control() const;
};

// What libpam would run for a service, in its order.
struct PamStack {
  std::string service;
  std::vector<PamLine> lines;
  // "place: reason", for includes that lead nowhere; libpam then fails the service.
  std::vector<std::string> broken;
};

// Texts by the paths of files, which are read in place of what the files hold now.
using PamTexts = std::map<std::string, std::string>;

// The names of the services in /etc/pam.d, without editors' and packages' backups.
std::vector<std::string> pam_services();

// Reads a service's file and what it names by @include, include and substack.
PamStack read_pam_stack(const std::string& service, const PamTexts& texts = {});

// What libpam runs when somebody logs in to a service: what its file says, or that of "other" in
// its place where there is none, or none with an auth line.
PamStack stack_in_force(const std::string& service, const PamTexts& texts = {});

std::vector<PamLine> auth_lines(const PamStack& stack);

// True when another file of /etc/pam.d includes this one: a part, perhaps not a service of its own.
bool is_included(const std::string& service, const std::vector<std::string>& services);

}  // namespace sms2fa
