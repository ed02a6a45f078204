// SPDX-License-Identifier: Apache-2.0
#include <sys/xattr.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "lib/base/text.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

char first_character(const char* path) {
  std::ifstream file(path);
  char character = '\0';
  file.get(character);
  return character;
}

std::string label_of(const std::string& path) {
  std::array<char, 256> label{};
  const ssize_t size = getxattr(path.c_str(), "security.selinux", label.data(), label.size() - 1);
  return size > 0 ? label.data() : "";
}

// Of the source NAME.te and NAME.fc; conf/selinux/sms2fa.te says the same.
std::string how_to_load_policy(const std::string& source) {
  return "cd /root && checkmodule -M -m -o sms2fa.mod " + source +
         ".te && semodule_package -o sms2fa.pp -m sms2fa.mod -f " + source +
         ".fc && semodule -i sms2fa.pp && restorecon -Rv /run/sms2fa";
}

// Beside this program, by cmake --install or the Debian package; or where most have them.
std::string examples() {
  std::error_code error;
  const auto share =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path() /
      "share/doc";
  for (const char* name : {"sms2fa", "sms2fad"})
    if (auto place = share / name / "examples"; std::filesystem::is_directory(place, error))
      return place;
  return Confinement().examples;
}

}  // namespace

void judge_confinement(const Confinement& confinement, Findings& findings) {
  if (confinement.selinux_enforcing && confinement.socket_label.find("sms2fa") == std::string::npos)
    findings.add(Severity::warning,
                 "SELinux is enforcing, and the socket's label (" +
                     (confinement.socket_label.empty() ? std::string("none")
                                                       : escape(confinement.socket_label)) +
                     ") is not sms2fa's, so sshd may not be allowed to reach the daemon; build and "
                     "load the policy module: " +
                     how_to_load_policy(confinement.examples + "/selinux/sms2fa"));
  else if (confinement.selinux_enforcing)
    findings.add(Severity::ok, "SELinux is enforcing and knows the daemon's socket");
  if (!confinement.apparmor_enabled || !confinement.daemon_profile) return;
  if (*confinement.daemon_profile == "unconfined")
    findings.add(Severity::note,
                 "AppArmor is on, but does not confine sms2fad; load its profile, and start the "
                 "daemon anew: cp " +
                     confinement.examples +
                     "/apparmor/usr.sbin.sms2fad /etc/apparmor.d/ && apparmor_parser -r "
                     "/etc/apparmor.d/usr.sbin.sms2fad");
  else
    findings.add(Severity::ok, "AppArmor confines sms2fad: " + escape(*confinement.daemon_profile));
}

void check_confinement(const std::string& socket, Findings& findings) {
  Confinement confinement;
  confinement.selinux_enforcing = first_character("/sys/fs/selinux/enforce") == '1';
  confinement.socket_label = label_of(socket);
  confinement.apparmor_enabled = first_character("/sys/module/apparmor/parameters/enabled") == 'Y';
  for (const auto& daemon : running_daemons())
    if (!daemon.profile.empty()) confinement.daemon_profile = daemon.profile;
  confinement.examples = examples();
  judge_confinement(confinement, findings);
}

}  // namespace sms2fa
