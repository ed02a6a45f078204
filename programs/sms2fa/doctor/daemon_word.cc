// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/doctor/daemon_word.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/base/text.h"
#include "lib/wire/client.h"
#include "programs/sms2fa/doctor/denials.h"
#include "programs/sms2fa/output/human_time.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

using wire::ChannelStatus;
using wire::ConnectStatus;
using wire::Field;
using wire::Message;
using wire::MessageType;

// Why it did not answer the question: whether it answers at all tells.
void find_out_why(const std::string& socket, DaemonWord& word) {
  wire::Client daemon;
  const bool connected = daemon.draw_nonce() && daemon.connect(socket.c_str()) == ConnectStatus::ok;
  Message enquiry(MessageType::enquiry);
  enquiry.put(Field::nonce, daemon.nonce());
  Message about;
  const bool answers =
      connected && daemon.exchange(enquiry, MessageType::about, about) == ChannelStatus::ok;
  word.is_older = answers && socket != wire::kUserSocket;
  if (word.is_older)
    word.why_not = "the daemon that runs (version " + escape(about.text_of(Field::text)) +
                   ") is older than this program (" SMS2FA_VERSION
                   ") and does not know the question; " +
                   how_to_restart_daemon();
  else
    word.why_not = "the daemon at " + escape(socket) + " does not answer questions";
}

}  // namespace

const Outlook* DaemonWord::person(const std::string& path) const {
  return works_with(path) && report->person ? &*report->person : nullptr;
}

bool DaemonWord::works_with(const std::string& path) const {
  return report && !report->loaded.files.empty() && report->loaded.files.front().path == path;
}

std::vector<std::string> DaemonWord::changed_files() const {
  std::vector<std::string> changed;
  if (!report) return changed;
  for (const auto& [path, stamp] : report->loaded.files)
    if (FileStamp::of(path) != stamp) changed.push_back(escape(path));
  return changed;
}

std::string DaemonWord::how_to_reload() const {
  if (has_systemd()) return "systemctl reload sms2fad";
  return "kill -HUP " + (report ? report->pid : "PID");
}

std::string how_to_restart_daemon() {
  return has_systemd() ? "systemctl restart sms2fad.service"
                       : "end it with SIGTERM and start it anew";
}

DaemonWord ask_daemon(const std::string& socket, const std::string& user) {
  DaemonWord word;
  if (geteuid() != 0) {
    word.why_not = "only root may ask the daemon";
    return word;
  }
  wire::Client daemon;
  if (!daemon.draw_nonce()) return word;
  if (daemon.connect(socket.c_str()) != ConnectStatus::ok) {
    word.why_not = "no daemon answers at " + escape(socket) + " (" + strerror(errno) + ")";
    return word;
  }
  Message question(MessageType::question);
  question.put(Field::nonce, daemon.nonce());
  if (!user.empty()) question.put(Field::user, user);
  Message told;
  if (daemon.exchange(question, MessageType::report, told) == ChannelStatus::ok)
    word.report = read_report(told.text_of(Field::report));
  if (!word.report) find_out_why(socket, word);
  return word;
}

void judge_loaded(const DaemonWord& word, const std::string& path, Findings& findings) {
  if (word.is_older) return findings.add(Severity::warning, word.why_not);
  if (!word.report) return;
  const DaemonReport& report = *word.report;
  if (!word.works_with(path))
    return findings.add(Severity::note,
                        "the daemon that runs works with another configuration than " +
                            escape(path) + ": " +
                            (report.loaded.files.empty() ? std::string("one that is gone")
                                                         : escape(report.loaded.files[0].path)));
  const std::string since = " at " + local_time(report.loaded.at);
  if (report.refused) {
    const std::string why = report.refused->why.substr(0, report.refused->why.find('\n'));
    const auto denial = find_denial(why);
    findings.add(make_error(ErrorKind::configuration,
                            "sms2fad refused its reload at " + local_time(report.refused->at) +
                                " and goes on with what it read" + since + ": " + why + "; " +
                                (denial ? how_to_allow(*denial) + " && " : "fix that, then: ") +
                                word.how_to_reload()));
  }
  const auto changed = word.changed_files();
  for (const auto& file : changed)
    findings.add(Severity::warning, file + " has been changed since sms2fad read it" + since +
                                        ", and what it says now counts for nobody yet; " +
                                        word.how_to_reload());
  if (!report.refused && changed.empty())
    findings.add(Severity::ok, "sms2fad works with what the files say, read" + since);
}

}  // namespace sms2fa
