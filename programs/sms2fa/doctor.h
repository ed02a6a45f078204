// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <map>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/config/configuration.h"
#include "programs/sms2fa/check.h"

// What `sms2fa doctor` looks at beyond `sms2fa check`, along the path of a login. The check_
// functions look at this machine; the judge_ functions only at what they are given.
namespace sms2fa {

// Loads each module file that a service names into a child process, as a login would.
void check_module_loads(Findings& findings);

// sshd's settings as `sshd -T` prints them: lower-case names, the last value of each, but all
// values of the lists of users and groups.
using SshdSettings = std::map<std::string, std::string, std::less<>>;
SshdSettings read_sshd_settings(std::string_view text);
// For a login of `user` from elsewhere; nullopt when sshd does not say.
std::optional<SshdSettings> sshd_settings_of(const std::string& user);

// What sshd's settings are held against.
struct SshdDemands {
  // For nobody in particular; where they are better than somebody's, a Match block made the
  // difference.
  const SshdSettings* general = nullptr;
  std::string how_to_reload = "systemctl reload ssh";
  bool stack_asks_password = true;   // sshd's PAM service asks for something else than the code
  std::chrono::seconds deadline{8};  // [delivery] deadline
  std::chrono::seconds resend_after{30};
};
void judge_sshd(const SshdSettings& settings, const SshdDemands& demands, Findings& findings);

// Runs `sshd -T`, as for a login of `user` from elsewhere, or of nobody in particular when empty.
// Returns nullopt when there is no sshd here, or it refuses its own configuration.
std::optional<SshdSettings> check_sshd(const Configuration* settings, const std::string& user,
                                       Findings& findings);

// The file with the auth line of ours of a service, or of "other" in its place; empty: none of
// them.
std::string file_that_asks(const std::string& service);

// The socket, who listens there, whether it answers and with which version; and whether a running
// daemon's program has been replaced since.
void check_daemon(const std::string& socket, Findings& findings);

// What a judgement of the clock needs.
struct ClockReading {
  std::time_t now = 0;
  std::time_t built = 0;  // no true clock is before this
  std::optional<bool> synchronised;
  // The kernel's estimate of the greatest error.
  std::chrono::microseconds error{0};
};
void judge_clock(const ClockReading& reading, Findings& findings);
void check_clock(Findings& findings);

// What confines the daemon, or stands between sshd and its socket.
struct Confinement {
  bool selinux_enforcing = false;
  std::string socket_label;  // security.selinux
  bool apparmor_enabled = false;
  // Of the running daemon, as /proc/PID/attr/current says; nullopt: none runs, or it can't be read.
  std::optional<std::string> daemon_profile;
  std::string examples = "/usr/share/doc/sms2fa/examples";  // where policy and profile lie
};
void judge_confinement(const Confinement& confinement, Findings& findings);
void check_confinement(const std::string& socket, Findings& findings);

// Who has a way in and who has not, and by which doors somebody still becomes root when messages or
// daemon are gone. With `user`, that person's way only. `sshd`: nullopt, none here. `settings`:
// nullptr when they can't be used, so nobody has a way in.
void check_doors(const Configuration* settings, const std::string& user,
                 const std::optional<SshdSettings>& sshd, Findings& findings);

// Asks each provider of the configuration at `path` whether it knows our account, by requests that
// send nothing, and with that name server, network and TLS. Starts threads: the last look of all.
void check_providers(const std::string& path, Findings& findings);

}  // namespace sms2fa
