// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "programs/sms2fa/check/check.h"
#include "programs/wiring/daemon_report.h"

namespace sms2fa {

// What the running daemon says of itself, and of a person.
struct DaemonWord {
  // Empty when it did not answer; `why_not` is the sentence for it then.
  std::optional<DaemonReport> report;
  std::string why_not;
  bool is_older = false;  // than this program, and knows no such question

  // The person, if the daemon works with the configuration at `path`: else it is another's.
  const Outlook* person(const std::string& path) const;
  bool works_with(const std::string& path) const;
  // What it has loaded and what has become another file since.
  std::vector<std::string> changed_files() const;
  // The command that makes it read its files again.
  std::string how_to_reload() const;
};

// Asks (docs/PROTOCOL.md, question), unless this process isn't root's: nobody else is answered.
// `user` may be empty.
DaemonWord ask_daemon(const std::string& socket, const std::string& user);

// Whether it works with what the files say now: files changed since they were loaded, a reload that
// was refused, another configuration than the one at `path`.
void judge_loaded(const DaemonWord& word, const std::string& path, Findings& findings);

std::string how_to_restart_daemon();

}  // namespace sms2fa
