// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/wire/client.h"
#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/doctor/denials.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

using wire::ChannelStatus;
using wire::ConnectStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;

// `running`: daemons that do, although not there.
std::string how_to_start(const std::vector<RunningDaemon>& running) {
  if (running.empty()) {
    const auto denial = find_denial("");
    return (denial ? "; " + how_to_allow(*denial) + "; then start it: " : "; start it: ") +
           (has_systemd() ? "systemctl enable --now sms2fad.socket"
                          : "sms2fad, under your supervisor");
  }
  return ", although sms2fad runs (pid " + running.front().pid +
         "): its socket was removed, or it listens elsewhere; " +
         // The sockets are systemd's own there, and outlive the service.
         (has_systemd() ? "systemctl restart 'sms2fad*.socket' sms2fad" : how_to_restart_daemon());
}

std::string where_it_says_why() {
  return has_systemd() ? "journalctl -u sms2fad" : "see the log of its supervisor, and syslog's";
}

void check_folder(const std::string& asked, Findings& findings) {
  const std::string socket = asked == wire::kAuthSocket ? wire::kUserSocket : asked;
  const std::string folder = std::filesystem::path(socket).parent_path();
  struct stat info {};
  if (lstat(folder.c_str(), &info) != 0) return;
  if (!S_ISDIR(info.st_mode) || !is_trusted_owner(info.st_uid) ||
      (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    findings.add(
        make_error(ErrorKind::permission, escape(folder) +
                                              ": others could put a socket of theirs there; write: "
                                              "chown root: " +
                                              escape(folder) + " && chmod 755 " + escape(folder)));
  else if ((info.st_mode & S_IXOTH) == 0 ||
           (stat(socket.c_str(), &info) == 0 && (info.st_mode & 0666) != 0666))
    findings.add(Severity::warning,
                 escape(socket) +
                     ": programs that don't run as root (screen lockers) can't reach "
                     "the daemon; write: chmod 755 " +
                     escape(folder) + " && chmod 666 " + escape(socket));
}

void judge_version(std::string_view version, Findings& findings) {
  if (version == SMS2FA_VERSION)
    findings.add(Severity::ok, "sms2fad answers, version " SMS2FA_VERSION);
  else
    findings.add(Severity::warning, "sms2fad is version " + escape(version) +
                                        ", and this program " SMS2FA_VERSION
                                        "; the daemon was not started anew after an upgrade: " +
                                        how_to_restart_daemon());
}

// Asks which version answers (docs/PROTOCOL.md, enquiry). False when none does.
bool enquire(wire::Client& daemon, Findings& findings) {
  Message enquiry(MessageType::enquiry);
  enquiry.put(Field::nonce, daemon.nonce());
  Message about;
  const auto status = daemon.exchange(enquiry, MessageType::about, about);
  if (status == ChannelStatus::ok) {
    judge_version(about.text_of(Field::text), findings);
    return true;
  }
  findings.add(make_error(
      ErrorKind::unavailable,
      status == ChannelStatus::timed_out
          ? "sms2fad takes connections but does not answer, so nobody gets in by a code; " +
                how_to_restart_daemon()
          : "sms2fad broke off the question for its version; it is too old, too busy or does not "
            "start: " +
                where_it_says_why() + "; then: " + how_to_restart_daemon()));
  return false;
}

}  // namespace

bool check_daemon(const std::string& socket, Findings& findings) {
  check_folder(socket, findings);
  wire::Client daemon;
  bool answers = false;
  if (!daemon.draw_nonce()) return false;
  switch (daemon.connect(socket.c_str())) {
    case ConnectStatus::unreachable:
      findings.add(make_error(ErrorKind::unavailable, "no daemon at " + escape(socket) + " (" +
                                                          strerror(errno) +
                                                          "), so nobody gets in by a code" +
                                                          how_to_start(running_daemons())));
      break;
    case ConnectStatus::untrusted:
      findings.add(
          make_error(ErrorKind::permission,
                     "the program that listens at " + escape(socket) +
                         " belongs to neither root nor _sms2fa, and the module turns away from "
                         "it; find out who does: ss -xlp"));
      break;
    case ConnectStatus::ok:
      answers = enquire(daemon, findings);
      break;
  }
  for (const auto& running : running_daemons())
    if (running.replaced)
      findings.add(Severity::warning, "sms2fad (pid " + running.pid +
                                          ") still runs a program file that has been replaced; " +
                                          how_to_restart_daemon());
  return answers;
}

}  // namespace sms2fa
