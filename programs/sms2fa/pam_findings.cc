// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "programs/sms2fa/check.h"
#include "programs/sms2fa/pam_stack.h"
#include "programs/sms2fa/pam_walk.h"

namespace sms2fa {

namespace {

// Modules that decide nothing about who somebody is.
constexpr std::string_view kHousekeeping[] = {
    "pam_permit.so",    "pam_deny.so",      "pam_env.so",      "pam_nologin.so", "pam_cap.so",
    "pam_group.so",     "pam_faildelay.so", "pam_faillock.so", "pam_issue.so",   "pam_warn.so",
    "pam_securetty.so", "pam_shells.so",    "pam_echo.so",     "pam_keyinit.so"};

template <typename Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// The line that should stand there.
std::string mended(const PamLine& line) {
  std::string text = "auth requisite " + escape(line.module);
  for (const auto& argument : line.arguments) text += " " + escape(argument);
  return text;
}

// An imagined login: what the password line `password` returns (null: every one of them), and what
// we return. Other password lines fail, and all other modules stay out of it.
PamOutcome imagine(const std::vector<PamLine>& auth, const PamLine* password, PamResult knows,
                   PamResult ours) {
  return walk(auth, [&](const PamLine& line) -> std::optional<PamResult> {
    if (is_ours(line)) return ours;
    if (line.module_name() == "pam_deny.so") return PamResult::auth_err;
    if (line.module_name() == "pam_permit.so") return PamResult::success;
    if (!is_first_factor(line)) return std::nullopt;
    return password == nullptr || password == &line ? knows : PamResult::auth_err;
  });
}

class StackCheck {
 public:
  StackCheck(const PamStack& stack, bool is_part, std::set<std::string>& said, Findings& findings)
      : stack_(stack), is_part_(is_part), said_(said), findings_(findings) {
    for (const auto& line : stack.lines)
      if (line.type == "auth") auth_.push_back(line);
  }

  void run() {
    for (const auto& reason : stack_.broken) tell(Severity::error, reason);
    for (const auto& line : stack_.lines)
      if (is_ours(line)) check_line(line);
    const auto ours = std::find_if(auth_.begin(), auth_.end(), is_ours);
    if (ours == auth_.end()) return;
    check_flow(*ours);
    if (good_)
      findings_.add(Severity::ok,
                    "service " + escape(stack_.service) + " asks for a code (" + ours->place + ")");
  }

 private:
  // A part that many services include is complained about once.
  void tell(Severity severity, const std::string& text) {
    good_ = false;
    if (!said_.insert(text).second) return;
    if (severity == Severity::error)
      findings_.add(make_error(ErrorKind::configuration, text));
    else
      findings_.add(severity, text);
  }

  void check_line(const PamLine& line) {
    if (line.type != "auth")
      return tell(Severity::error, line.place + ": pam_sms2fa.so refuses everybody on a line of " +
                                       "type " + escape(line.type) +
                                       "; delete it, and write: " + mended(line));
    if (!is_control(line.control))
      tell(Severity::error, line.place + ": " + escape(line.control) +
                                " is no control that libpam knows; write: " + mended(line));
    if (line.may_be_missing)
      tell(Severity::warning, line.place +
                                  ": with -auth, a login needs no code when the module's " +
                                  "file is missing; write: " + mended(line));
    check_arguments(line);
    check_file(line);
  }

  void check_arguments(const PamLine& line) {
    constexpr std::string_view kKnown[] = {"debug", "socket=/run/sms2fa/auth.sock"};
    constexpr std::string_view kNames[] = {"debug", "socket"};
    constexpr size_t kLongestPath = 107;
    for (const auto& argument : line.arguments) {
      const std::string_view text = argument;
      const bool socket = text.starts_with("socket=/") && text.size() - 7 <= kLongestPath;
      if (socket || text == "debug") continue;
      const auto near = nearest(text.substr(0, text.find('=')), kNames);
      const auto meant = near ? "; did you mean " + std::string(kKnown[*near == "socket"]) + "?"
                              : std::string("; it knows socket=PATH and debug");
      tell(Severity::error, line.place +
                                ": pam_sms2fa.so refuses everybody because of its argument " +
                                escape(argument) + meant);
    }
  }

  void check_file(const PamLine& line) {
    const auto places = line.places();
    struct stat info {};
    const auto found = std::find_if(places.begin(), places.end(), [&](const std::string& path) {
      return stat(path.c_str(), &info) == 0;
    });
    if (found == places.end())
      return tell(Severity::error, line.place + ": there is no " + escape(places[0]) +
                                       "; install the module there, or write its whole path");
    if (!S_ISREG(info.st_mode) || info.st_uid != 0 || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
      tell(Severity::error, line.place + ": " + escape(*found) +
                                " must be a file that only root can write: chown root " +
                                escape(*found) + " && chmod 644 " + escape(*found));
  }

  void check_flow(const PamLine& ours) {
    if (skips_code() || forgives_code(ours)) return;
    check_weakness(ours);
    check_wrong_password(ours);
    check_company(ours);
  }

  // A right password that ends the stack before us, or jumps over us.
  bool skips_code() {
    for (const auto& line : auth_) {
      if (!is_first_factor(line)) continue;
      const auto outcome = imagine(auth_, &line, PamResult::success, PamResult::auth_err);
      if (!outcome.lets_in || outcome.asks_us) continue;
      const bool plain = line.control.front() != '[' && the_only_password();
      tell(Severity::error,
           line.place + ": with '" + escape(line.control) +
               "' a right password is enough, and no code is asked; " +
               (plain ? "write: " + mended(line)
                      : "move the line with pam_sms2fa.so above this one, as requisite"));
      return true;
    }
    return false;
  }

  bool forgives_code(const PamLine& ours) {
    constexpr std::pair<PamResult, const char*> kFailures[] = {
        {PamResult::auth_err, "a wrong code lets in all the same"},
        {PamResult::authinfo_unavail, "everybody gets in without a code while sms2fad is down"},
        {PamResult::conv_err, "whoever breaks off the question gets in without a code"}};
    for (const auto& [failure, what] : kFailures) {
      bool lets_in = imagine(auth_, nullptr, PamResult::success, failure).lets_in;
      for (const auto& line : auth_)
        lets_in = lets_in || (is_first_factor(line) &&
                              imagine(auth_, &line, PamResult::success, failure).lets_in);
      if (!lets_in) continue;
      tell(Severity::error, ours.place + ": with '" + escape(ours.control) + "' " + what +
                                "; write: " + mended(ours));
      return true;
    }
    return false;
  }

  void check_weakness(const PamLine& ours) {
    const bool has_password = std::any_of(auth_.begin(), auth_.end(), is_first_factor);
    const bool code_alone =
        has_password && imagine(auth_, nullptr, PamResult::auth_err, PamResult::success).lets_in;
    if (code_alone)
      tell(Severity::warning,
           ours.place + ": with '" + escape(ours.control) +
               "' a right code is enough, and no password is asked; write: " + mended(ours));
    else if (ours.control == "optional" || ours.control == "sufficient")
      tell(Severity::warning, ours.place + ": '" + ours.control + "' is weak: any other module " +
                                  "that says yes outvotes a wrong code; write: " + mended(ours));
  }

  void check_wrong_password(const PamLine& ours) {
    const auto at = std::find_if(auth_.begin(), auth_.end(), is_ours);
    const auto before = std::find_if(std::make_reverse_iterator(at), auth_.rend(), is_first_factor);
    if (before == auth_.rend() ||
        !imagine(auth_, nullptr, PamResult::auth_err, PamResult::auth_err).asks_us)
      return;
    tell(Severity::warning, before->place + ": with '" + escape(before->control) +
                                "' even a wrong password reaches the code step at " + ours.place +
                                ", which sends a message; " + how_to_stop(*before));
  }

  // How a wrong password ends the stack at `line`.
  std::string how_to_stop(const PamLine& line) const {
    // "die" ends no more than the substack. Nor does "done", which would skip us in an include.
    if (line.level > 0 && std::none_of(auth_.begin(), auth_.end(), ends_a_substack))
      return "write include in place of substack";
    if (line.level > 0)
      return "write the password's lines themselves in place of the substack, as in the example "
             "for RPM systems in pam_sms2fa(8)";
    if (line.control.front() == '[') return "write default=die in its brackets";
    if (the_only_password()) return "write: " + mended(line);
    return "add below the last password: auth requisite pam_deny.so, and jump over that";
  }

  static bool ends_a_substack(const PamLine& line) {
    return line.level > 0 && is_first_factor(line) &&
           (line.control == "sufficient" || line.control.find("success=done") != std::string::npos);
  }

  bool the_only_password() const {
    return std::count_if(auth_.begin(), auth_.end(), is_first_factor) == 1;
  }

  void check_company(const PamLine& ours) {
    const bool alone = std::all_of(auth_.begin(), auth_.end(), [](const PamLine& line) {
      return is_ours(line) || line.is_substack() || is_one_of(line.module_name(), kHousekeeping);
    });
    if (alone && !is_part_)
      tell(Severity::warning, ours.place + ": service " + escape(stack_.service) +
                                  " has no other auth module, so the code is the only factor " +
                                  "(right for sshd after a key); otherwise add below it: auth " +
                                  "requisite pam_unix.so");
  }

  const PamStack& stack_;
  const bool is_part_;
  std::set<std::string>& said_;
  Findings& findings_;
  std::vector<PamLine> auth_;
  bool good_ = true;
};

}  // namespace

void check_pam(Findings& findings) {
  const auto services = pam_services();
  std::set<std::string> said;
  bool found = false;
  for (const auto& service : services) {
    const PamStack stack = read_pam_stack(service);
    if (std::none_of(stack.lines.begin(), stack.lines.end(), is_ours)) continue;
    found = true;
    StackCheck(stack, is_included(service, services), said, findings).run();
  }
  if (!found)
    findings.add(Severity::note,
                 "no service in /etc/pam.d asks for a code yet; for ssh, add to /etc/pam.d/sshd "
                 "below the password: auth requisite pam_sms2fa.so");
}

}  // namespace sms2fa
