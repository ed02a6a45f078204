// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/families.h"

#include <unistd.h>

#include <algorithm>

#include "lib/base/text.h"
#include "programs/sms2fa/pam/paths.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr std::chrono::seconds kPatience{10};

// What sudoers says by pam_service and pam_login_service is in it, too.
PamFamily sudo_services() {
  const auto sudo = find_program("sudo");
  if (sudo.empty()) return {};
  return read_sudo_services(run_program({sudo, "-V"}, kPatience).text);
}

// util-linux and shadow; only the former has a service for `su -`.
PamFamily su_services() {
  if (find_program("su").empty()) return {};
  return {{"su", "su"}, {"su-l", "su -"}};
}

void check_family(const PamFamily& family, Findings& findings) {
  const PamLine* asks = nullptr;
  std::vector<std::vector<PamLine>> stacks;
  for (const auto& member : family) {
    stacks.push_back(auth_lines(stack_in_force(member.service)));
    const auto ours = std::find_if(stacks.back().begin(), stacks.back().end(), is_ours);
    if (ours != stacks.back().end() && asks == nullptr) asks = &*ours;
  }
  if (asks == nullptr) return;
  for (size_t i = 0; i < family.size(); ++i) {
    if (std::any_of(stacks[i].begin(), stacks[i].end(), is_ours)) continue;
    if (!PamJudge(stacks[i], family[i].service).lets_somebody_in()) continue;
    const std::string file = "/etc/pam.d/" + escape(family[i].service);
    const bool there = access(("/etc/pam.d/" + family[i].service).c_str(), F_OK) == 0;
    findings.add(make_error(
        ErrorKind::configuration,
        "'" + family[i].command + "' lets in without a code: its PAM service is " +
            escape(family[i].service) + ", and " +
            (there ? file + " does not ask for one" : "there is no " + file) + ", as " +
            asks->place + " does; " + (there ? "add there, too" : "write it, with") +
            ": auth requisite " + escape(asks->module) +
            " (or for all of them: sms2fa pam enable " + escape(family[i].service) + ")"));
  }
}

}  // namespace

PamFamily read_sudo_services(std::string_view text) {
  constexpr std::string_view kUsual = "PAM service name to use: ";
  constexpr std::string_view kForShells = "PAM service name to use for login shells: ";
  std::string usual = "sudo";
  std::string for_shells = "sudo-i";
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.starts_with(kUsual)) usual = trim(line.substr(kUsual.size()));
    if (line.starts_with(kForShells)) for_shells = trim(line.substr(kForShells.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  PamFamily family = {{usual, "sudo"}};
  if (for_shells != usual) family.push_back({for_shells, "sudo -i"});
  return family;
}

PamFamily family_of(const std::string& service) {
  for (const auto& family : {sudo_services(), su_services()})
    for (const auto& member : family)
      if (member.service == service) return family;
  return {{service, service}};
}

void check_families(Findings& findings) {
  check_family(sudo_services(), findings);
  check_family(su_services(), findings);
}

}  // namespace sms2fa
