// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "programs/sms2fa/report_json.h"

namespace sms2fa {

// What `sms2fa check` has found, in the order it looked. No finding holds a secret or a whole
// number, and untrusted text is escaped.
class Findings {
 public:
  void add(Severity severity, std::string text) { all_.push_back({severity, std::move(text)}); }

  // An error each for the lines of `error`'s message, which may list several mistakes.
  void add(const Error& error, std::string_view prefix = {});

  // EX_OK without errors; else the gravest: EX_CONFIG, then EX_NOPERM, and EX_UNAVAILABLE when all
  // that is wrong is that somebody does not answer.
  int exit_code() const;

  const std::vector<Finding>& all() const { return all_; }

 private:
  std::vector<Finding> all_;
  bool denied_ = false;       // an error of ErrorKind::permission
  bool unreachable_ = false;  // of ErrorKind::unavailable
  bool mistaken_ = false;     // of another kind
};

// Reads all that sms2fad reads at its start: configuration, users file, secrets, CA files,
// outboxes; as this process and, for root, as _sms2fa too, because a reload happens as that
// account. Returns the configuration if it can be read.
std::optional<Configuration> check_files(const std::string& path, Findings& findings);

// Warns of numbers on record that libphonenumber thinks do not exist, and of people who could
// change theirs themselves. The users file has been read without an error.
void check_numbers(const Configuration& settings, Findings& findings);

// Looks over the services of /etc/pam.d that ask pam_sms2fa.so.
void check_pam(Findings& findings);

}  // namespace sms2fa
