// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <map>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/config/configuration.h"
#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/pam/stack.h"
#include "programs/sms2fa/system/accounts.h"

// What `sms2fa doctor` looks at beyond `sms2fa check`, along the path of a login. The check_
// functions look at this machine; the judge_ functions only at what they are given.
namespace sms2fa {

// Whether the daemon can write where it counts: its rights, a read-only or full file system. Leaves
// nothing behind.
void check_store(const StoreSettings& settings, Findings& findings);

// Loads each module file that a service names into a child process, as a login would.
void check_module_loads(Findings& findings);
// One of them, which only root can write.
void check_module_load(const std::string& path, Findings& findings);

// sshd's settings as `sshd -T` prints them: lower-case names, the last value of each, but all
// values of the lists of users and groups.
using SshdSettings = std::map<std::string, std::string, std::less<>>;
SshdSettings read_sshd_settings(std::string_view text);
// For a login of `user` from elsewhere; nullopt when sshd does not say.
std::optional<SshdSettings> sshd_settings_of(const std::string& user);

// By this configuration file; the error says what sshd has against it, or why it can't be asked.
Result<SshdSettings> read_sshd(const std::string& configuration);
// The command that has a running sshd read its configuration again.
std::string how_to_reload_sshd(const SshdSettings& settings);

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

struct SshdFiles {
  std::string configuration = "/etc/ssh/sshd_config";
  std::string drop_ins = "/etc/ssh/sshd_config.d";
};
// Whether the sshd that runs has read its files since they were changed. Says nothing where sshd
// writes no pid file.
void check_stale_sshd(const SshdSettings& settings, const SshdFiles& files, Findings& findings);

// True when each way that asks PAM also asks for something else, such as a key.
bool asks_more_than_pam(const SshdSettings& settings);

// The file with the auth line of ours of a service, or of "other" in its place; empty: none of
// them.
std::string file_that_asks(const std::string& service, const PamTexts& texts = {});

// The socket, who listens there, whether it answers and with which version; and whether a running
// daemon's program has been replaced since. True when it answers.
bool check_daemon(const std::string& socket, Findings& findings);

// Whether a daemon listens where lines of services look for it (socket=PATH), and, unless another
// socket than the usual was `asked`, at everybody's socket.
void check_sockets(const std::string& asked, Findings& findings);

// Whether somebody who can answer by an app only has typed nothing but wrong codes lately: what a
// phone whose clock is wrong looks like from here. `now`: what the daemon says of them.
void check_app(const StoreSettings& settings, const std::string& user,
               const std::vector<EnrolledFactors>& enrolled, const Outlook* now,
               Findings& findings);

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
// By the clock of somebody who is known by a certificate, a provider.
void judge_clock_by(const std::string& provider, std::chrono::seconds ahead, Findings& findings);

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

// What the daemon says of a person, held against what the files say. `path`: the configuration's.
void judge_outlook(const Outlook& now, const Account& files, const DaemonWord& word,
                   Findings& findings);

// Who can log in and who has not, and by which doors somebody still becomes root when messages or
// daemon are gone. `sshd`: nullopt, none here. `settings`: nullptr when they can't be used, so
// nobody can log in.
void check_doors(const Configuration* settings, const std::optional<SshdSettings>& sshd,
                 Findings& findings);

// Whether one person can log in, and whose code sudo asks for in their place. `now`: what the
// daemon says of them; nullptr: nothing, so files and store decide.
void check_person(const Configuration& settings, const std::string& user, const DaemonWord& word,
                  const Outlook* now, Findings& findings);
// Whose phone sudo asks in somebody else's place, and whom for nothing.
void judge_sudo(const std::vector<Account>& accounts, Findings& findings);

// Who of the accounts can't log in; an error when none has. `services`: what asks them.
void check_ways(const Configuration& settings, const std::string& services, Findings& findings);

// By which doors somebody still becomes root when messages or daemon are gone, with these texts in
// the place of files; an error when the last one closes.
void check_last_door(const Configuration& settings, const std::optional<SshdSettings>& sshd,
                     const PamTexts& texts, Findings& findings);

// Asks each provider of the configuration at `path` whether it knows our account, by requests that
// send nothing, and with that name server, network and TLS; and the clock by theirs. Starts
// threads: the last look of all.
void check_providers(const std::string& path, const DaemonWord& word, Findings& findings);

}  // namespace sms2fa
