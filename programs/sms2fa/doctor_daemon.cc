// SPDX-License-Identifier: Apache-2.0
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/wire/bounds.h"
#include "lib/wire/channel.h"
#include "lib/wire/daemon_socket.h"
#include "programs/sms2fa/doctor.h"
#include "programs/sms2fa/running_daemons.h"

namespace sms2fa {

namespace {

using std::chrono::steady_clock;
using wire::ChannelStatus;
using wire::ConnectStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;

std::string how_to_start() {
  return has_systemd() ? "start it: systemctl enable --now sms2fad.socket"
                       : "start it: sms2fad, under your supervisor";
}

std::string how_to_restart() {
  return has_systemd() ? "systemctl restart sms2fad.service"
                       : "end it with SIGTERM and start it anew";
}

std::string where_it_says_why() {
  return has_systemd() ? "journalctl -u sms2fad" : "see the log of its supervisor, and syslog's";
}

void check_folder(const std::string& socket, Findings& findings) {
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
                                        how_to_restart());
}

// Asks which version answers (docs/PROTOCOL.md, enquiry).
void enquire(UniqueFd connection, Findings& findings) {
  char nonce_bytes[wire::kNonceSize] = {};
  if (getrandom(nonce_bytes, sizeof nonce_bytes, 0) != sizeof nonce_bytes) return;
  const std::string_view nonce(nonce_bytes, sizeof nonce_bytes);
  Message enquiry(MessageType::enquiry);
  enquiry.put(Field::nonce, nonce);
  wire::Channel channel(std::move(connection), wire::Sender::client);
  Message about;
  auto status = channel.send(enquiry, steady_clock::now() + wire::kConnecting);
  if (status == ChannelStatus::ok)
    status = channel.receive(about, steady_clock::now() + wire::kOneTurn);
  if (status == ChannelStatus::ok && about.type() == MessageType::about &&
      about.text_of(Field::nonce) == nonce)
    return judge_version(about.text_of(Field::text), findings);
  findings.add(make_error(
      ErrorKind::unavailable,
      status == ChannelStatus::timed_out
          ? "sms2fad takes connections but does not answer, so nobody gets in by a code; " +
                how_to_restart()
          : "sms2fad broke off the question for its version; it is too old, too busy or does not "
            "start: " +
                where_it_says_why() + "; then: " + how_to_restart()));
}

}  // namespace

void check_daemon(const std::string& socket, Findings& findings) {
  check_folder(socket, findings);
  UniqueFd connection;
  switch (wire::connect_to_daemon(socket.c_str(), steady_clock::now() + wire::kConnecting,
                                  connection)) {
    case ConnectStatus::unreachable:
      findings.add(make_error(ErrorKind::unavailable,
                              "no daemon at " + escape(socket) + " (" + strerror(errno) +
                                  "), so nobody gets in by a code; " + how_to_start()));
      break;
    case ConnectStatus::untrusted:
      findings.add(make_error(ErrorKind::permission,
                              "whoever listens at " + escape(socket) +
                                  " is neither root nor _sms2fa, and the module turns away from "
                                  "it; find out who does: ss -xlp"));
      break;
    case ConnectStatus::ok:
      enquire(std::move(connection), findings);
      break;
  }
  for (const auto& daemon : running_daemons())
    if (daemon.replaced)
      findings.add(Severity::warning, "sms2fad (pid " + daemon.pid +
                                          ") still runs a program file that has been replaced; " +
                                          how_to_restart());
}

}  // namespace sms2fa
