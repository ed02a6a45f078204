// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/pam/findings.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/families.h"
#include "programs/sms2fa/pam/line_findings.h"
#include "programs/sms2fa/pam/paths.h"
#include "programs/sms2fa/pam/wording.h"

namespace sms2fa {

namespace {

class StackCheck {
 public:
  StackCheck(const PamStack& stack, bool is_part, std::set<std::string>& said, Findings& findings)
      : stack_(stack),
        is_part_(is_part),
        said_(said),
        findings_(findings),
        auth_(auth_lines(stack)),
        judge_(auth_, stack.service) {}

  void run() {
    for (const auto& reason : stack_.broken) tell(Severity::error, reason);
    for (const auto& line : stack_.lines)
      if (is_ours(line))
        check_our_line(
            line, [this](Severity severity, const std::string& text) { tell(severity, text); });
    const auto ours = std::find_if(auth_.begin(), auth_.end(), is_ours);
    if (ours == auth_.end()) return;
    check_flow(*ours);
    if (good_)
      findings_.add(Severity::ok, "service " + escape(stack_.service) + " asks for a code (" +
                                      ours->place + ")" +
                                      (judge_.leaves_root_out() ? "; root is not asked" : ""));
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

  void check_flow(const PamLine& ours) {
    const auto bypasses = judge_.bypasses();
    if (!bypasses)
      return tell(Severity::error, ours.place +
                                       ": there are too many paths through this stack to tell "
                                       "whether each asks for a code; write fewer jumps");
    for (const auto& bypass : *bypasses) tell_bypass(bypass);
    check_claims();
    check_repetition(ours);
    if (!bypasses->empty()) return;
    check_code_alone(ours);
    check_wrong_password(ours);
    check_counters(ours);
    check_company(ours);
  }

  // Where a jump leads to one or the other, that is meant.
  void check_repetition(const PamLine& ours) {
    const auto again = std::find_if(auth_.begin(), auth_.end(), [&](const PamLine& line) {
      return is_ours(line) && line.place != ours.place;
    });
    if (again == auth_.end()) return;
    const bool jumps = std::any_of(auth_.begin(), auth_.end(), [](const PamLine& line) {
      return line.shown_control().front() == '[';
    });
    if (jumps) return;
    tell(Severity::warning, again->place + ": asks for a second code, after the one of " +
                                ours.place + "; take this line out: " + edit(*again, "d"));
  }

  void tell_bypass(const PamBypass& bypass) {
    const std::string others = path_text(bypass.path, bypass.culprit);
    const std::string when = others.empty() ? "" : " when " + others;
    const PamLine& line = *bypass.culprit;
    if (bypass.kind != PamBypass::Kind::skipped)
      return tell(Severity::error, line.place + ": with '" + escape(line.shown_control()) + "' " +
                                       forgiven(bypass.kind) + when + "; write: " + mended(line));
    const auto own = std::find_if(bypass.path.begin(), bypass.path.end(),
                                  [&](const PamStep& step) { return step.line == &line; });
    const bool right =
        own != bypass.path.end() && own->returns.test(static_cast<size_t>(PamReturn::success));
    if (is_first_factor(line) && right)
      return tell(decides(bypass.path) ? Severity::warning : Severity::error,
                  line.place + ": with '" + escape(line.shown_control()) +
                      "' a right password is enough" + when + ", and no code is asked; " +
                      (is_plain(line) ? "write: " + mended(line)
                                      : "move the line with pam_sms2fa.so above this one, as "
                                        "requisite"));
    tell(decides(bypass.path) ? Severity::warning : Severity::error,
         line.place + ": " + module_text(line) + " leads past the code" +
             (own == bypass.path.end() ? "" : " when it " + returns_text(*own)) +
             (others.empty() ? "" : " and " + others) + why_always(line) +
             "; if nobody is to get in that way, move the line with pam_sms2fa.so above this one, "
             "as requisite");
  }

  std::string why_always(const PamLine& line) const {
    if (line.module_name() != "pam_rootok.so" || root_calls_itself(stack_.service)) return {};
    return ", which it does for everybody where the program runs as root";
  }

  static std::string forgiven(PamBypass::Kind kind) {
    switch (kind) {
      case PamBypass::Kind::wrong_code:
        return "a wrong code lets in all the same";
      case PamBypass::Kind::daemon_down:
        return "everybody gets in without a code while sms2fad is down";
      case PamBypass::Kind::broken_off:
        return "anybody who breaks off the question gets in without a code";
      case PamBypass::Kind::other_failure:
      case PamBypass::Kind::skipped:
        return "a module that can't be loaded or fails lets in without a code";
    }
    return {};
  }

  // True when the path depends on something else than passwords, so that it may be meant.
  static bool decides(const PamPath& path) {
    return std::any_of(path.begin(), path.end(), [](const PamStep& step) {
      return !is_first_factor(*step.line) && !is_ours(*step.line) && !is_housekeeping(*step.line);
    });
  }

  bool is_plain(const PamLine& line) const {
    return line.shown_control().front() != '[' && the_only_password();
  }

  void check_claims() {
    for (size_t i = 0; i < auth_.size(); ++i) {
      const PamLine& line = auth_[i];
      if (!is_ours(line) || !claims_first_factor(line)) continue;
      const auto path = judge_.unproven_path_to(i);
      if (!path) continue;
      const std::string how = path_text(*path, nullptr);
      tell(Severity::error,
           line.place + ": first=proved is not true: the line is reached without a right password" +
               (how.empty() ? "" : " when " + how) +
               "; take the argument out, or end the stack above it when the password is wrong "
               "(requisite)");
    }
  }

  void check_code_alone(const PamLine& ours) {
    const bool has_password = std::any_of(auth_.begin(), auth_.end(), is_first_factor);
    if (has_password && judge_.code_is_enough())
      tell(Severity::warning,
           ours.place + ": with '" + escape(ours.shown_control()) +
               "' a right code is enough, and no password is asked; write: " + mended(ours));
  }

  void check_wrong_password(const PamLine& ours) {
    const auto at = std::find_if(auth_.begin(), auth_.end(), is_ours);
    const auto before = std::find_if(std::make_reverse_iterator(at), auth_.rend(), is_first_factor);
    if (before == auth_.rend() || !judge_.wrong_password_reaches_us()) return;
    tell(Severity::warning, before->place + ": with '" + escape(before->shown_control()) +
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
    if (line.shown_control().front() == '[') return "write default=die in its brackets";
    if (the_only_password()) return "write: " + mended(line);
    return "add below the last password: auth requisite pam_deny.so, and jump over that";
  }

  static bool ends_a_substack(const PamLine& line) {
    return line.level > 0 && is_first_factor(line) &&
           line.actions[static_cast<size_t>(PamReturn::success)] == kPamDone;
  }

  bool the_only_password() const {
    return std::count_if(auth_.begin(), auth_.end(), is_first_factor) == 1;
  }

  void check_counters(const PamLine& ours) {
    if (const PamLine* counter = judge_.counter_of_denials(); counter != nullptr)
      tell(Severity::warning,
           counter->place +
               ": pam_faillock.so counts a denial by pam_sms2fa.so, too, and for all "
               "sources together, so that a stranger's wrong codes lock the person "
               "out; write above it: " +
               mended(ours));
  }

  void check_company(const PamLine& ours) {
    const bool alone = std::all_of(auth_.begin(), auth_.end(), [](const PamLine& line) {
      return is_ours(line) || line.is_substack || is_housekeeping(line);
    });
    if (alone && !is_part_ && !has_key_before())
      tell(Severity::warning, ours.place + ": service " + escape(stack_.service) +
                                  " has no other auth module, so the code is the only factor " +
                                  "(right for sshd after a key); otherwise add below it: auth " +
                                  "requisite pam_unix.so");
  }

  // True where sshd has checked a key, or the like, before it asks PAM.
  bool has_key_before() const {
    if (stack_.service != "sshd") return false;
    const auto settings = sshd_settings_of("");
    return settings && asks_more_than_pam(*settings);
  }

  const PamStack& stack_;
  const bool is_part_;
  std::set<std::string>& said_;
  Findings& findings_;
  std::vector<PamLine> auth_;
  PamJudge judge_;
  bool good_ = true;
};

}  // namespace

namespace {

// Whether a module's name is nearly ours. What all names have in common says nothing.
bool is_misspelt(std::string_view name) {
  constexpr std::string_view kPrefix = "pam_";
  constexpr std::string_view kOurs[] = {"sms2fa"};
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return nearest(name.substr(0, name.rfind('.')), kOurs).has_value();
}

// libpam fails a line whose module it can't load, whatever its control says of failures.
void check_spelling(const PamStack& stack, std::set<std::string>& said, Findings& findings) {
  for (const auto& line : stack.lines) {
    const std::string name(line.module_name());
    if (is_ours(line) || line.is_substack || !is_misspelt(name)) continue;
    const auto places = line.places();
    const bool is_there = std::any_of(places.begin(), places.end(), [](const std::string& path) {
      return access(path.c_str(), F_OK) == 0;
    });
    const bool is_plain = name.find_first_of("'/\\&[]*") == std::string::npos;
    const std::string text =
        line.place + ": there is no module " + escape(name) + "; did you mean pam_sms2fa.so?" +
        (is_plain ? " write it: " + edit(line, "s/" + name + "/pam_sms2fa.so/") : "");
    if (!is_there && said.insert(text).second)
      findings.add(make_error(ErrorKind::configuration, text));
  }
}

}  // namespace

void check_stack(const PamStack& stack, bool is_part, std::set<std::string>& said,
                 Findings& findings) {
  StackCheck(stack, is_part, said, findings).run();
}

void check_pam(Findings& findings) {
  const auto services = pam_services();
  std::set<std::string> said;
  bool found = false;
  for (const auto& service : services) {
    const PamStack stack = read_pam_stack(service);
    check_spelling(stack, said, findings);
    if (std::none_of(stack.lines.begin(), stack.lines.end(), is_ours)) continue;
    found = true;
    check_stack(stack, is_included(service, services), said, findings);
  }
  check_families(findings);
  if (!found)
    findings.add(Severity::note,
                 "no service in /etc/pam.d asks for a code yet; for ssh: sms2fa pam enable sshd");
}

}  // namespace sms2fa
