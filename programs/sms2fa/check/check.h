// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/configuration.h"
#include "programs/sms2fa/output/answer.h"
#include "programs/sms2fa/output/report_json.h"

namespace sms2fa {

// What `sms2fa check` has found, in the order it looked. No finding holds a secret or a whole
// number, and untrusted text is escaped.
class Findings {
 public:
  void add(Severity severity, std::string text) { all_.push_back({severity, std::move(text)}); }

  // An error each for the lines of `error`'s message, which may list several mistakes.
  void add(const Error& error, std::string_view prefix = {});

  // EX_OK without errors; else the gravest: EX_CONFIG, then EX_NOPERM, EX_UNAVAILABLE when somebody
  // does not answer, and kNegativeAnswer when all that is wrong is that somebody is kept out for a
  // while.
  int exit_code() const;

  const std::vector<Finding>& all() const { return all_; }
  // Errors, then warnings, notes and what is well; each in the order it was found.
  std::vector<Finding> gravest_first() const;

 private:
  std::vector<Finding> all_;
  bool denied_ = false;       // an error of ErrorKind::permission
  bool unreachable_ = false;  // of ErrorKind::unavailable
  bool kept_out_ = false;     // of ErrorKind::refused
  bool mistaken_ = false;     // of another kind
};

// Of the command that found them; in the order they come.
Answer answer_of(const char* command, const Findings& findings, const std::vector<Finding>& all);

// Reads all that sms2fad reads at its start: configuration, users file, secrets, CA files,
// outboxes; as this process and, for root, as _sms2fa too, because a reload happens as that
// account. Returns the configuration if it can be read.
std::optional<Configuration> check_files(const std::string& path, Findings& findings);

// Says how long a countdown still lets people in; a warning within its last 14 days.
void check_countdown(const CodeSettings& code, Findings& findings);

// Finds numbers on record that no code can or may go to (errors) and those that may be wrong
// (warnings), and people who could change theirs themselves. The users file has been read without
// an error.
void check_numbers(const Configuration& settings, Findings& findings);

// Of what somebody has enrolled, all that can be guessed.
struct EnrolledFactors {
  std::string user;
  bool number = false;
  std::vector<unsigned> app_digits = {};  // of each app
};

// Of everybody who has enrolled, as far as ten seconds go; nobody for a store in memory, and where
// this process is not root.
std::vector<EnrolledFactors> enrolled_factors(const StoreSettings& settings);

// Warns of names on record, in the users file or enrolled, that no account has; an error where that
// lets somebody in without a code.
void check_records(const Configuration& settings, const std::vector<EnrolledFactors>& enrolled,
                   Findings& findings);

// Says how often people may be guessed at within a year, and with what chance: those of each kind,
// by what they hold and by the methods of their record. A chance above 1 in 1,000 is an error.
void check_chance(const Configuration& settings, const std::vector<EnrolledFactors>& enrolled,
                  Findings& findings);

// Says what is wrong with [rule] sections on this machine: ended or soon ending exemptions, rules
// that never decide, names that are not known. `path` is the configuration's.
void check_rules(const Configuration& settings, const std::string& path, Findings& findings);

// Looks over the services of /etc/pam.d that ask pam_sms2fa.so.
void check_pam(Findings& findings);

}  // namespace sms2fa
