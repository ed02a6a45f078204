// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "lib/base/text.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/system/child.h"
#include "programs/sms2fa/system/running_daemons.h"

namespace sms2fa {

namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";
// Of documentation (RFC 5737), so an address from elsewhere for any Match block.
constexpr const char* kElsewhere = "host=elsewhere.example,addr=192.0.2.1,laddr=192.0.2.2,lport=22";
constexpr std::chrono::seconds kPatience{10};
// For reading a message and typing its code.
constexpr std::chrono::seconds kTyping{20};

std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool asks_pam(std::string_view method) {
  return method == "keyboard-interactive" || method == "keyboard-interactive:pam";
}

class SshdCheck {
 public:
  SshdCheck(const SshdSettings& settings, const SshdDemands& demands, Findings& findings)
      : settings_(settings), demands_(demands), findings_(findings) {}

  void run() {
    if (!is("usepam", "yes"))
      return wrong("UsePAM is no, so ssh never asks for a code", "UsePAM yes");
    const bool interactive = is("kbdinteractiveauthentication", "yes");
    if (!interactive && is("passwordauthentication", "yes"))
      wrong(
          "KbdInteractiveAuthentication is no, so ssh answers the question for the code with the "
          "password, and nobody gets in by either",
          "KbdInteractiveAuthentication yes");
    else if (!interactive)
      wrong("KbdInteractiveAuthentication is no, so ssh has no way to ask for a code",
            "KbdInteractiveAuthentication yes");
    else if (is("passwordauthentication", "yes"))
      odd("PasswordAuthentication is yes, and that method can't ask for a code: clients that "
          "choose it fail",
          "PasswordAuthentication no");
    if (interactive) check_methods();
    if (is("usedns", "yes"))
      odd("UseDNS is yes, so limits by source go by names that the address's owner chooses, "
          "and a slow name server delays logins",
          "UseDNS no");
    check_grace_time();
    check_penalties();
    if (good_) findings_.add(Severity::ok, "sshd's settings let people be asked for a code");
  }

 private:
  std::string_view value(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? std::string_view() : std::string_view(found->second);
  }
  bool is(std::string_view name, std::string_view text) const { return value(name) == text; }

  void wrong(const std::string& text, const std::string& line) {
    good_ = false;
    findings_.add(make_error(ErrorKind::configuration, "sshd: " + text + how_to_write(line)));
  }
  void odd(const std::string& text, const std::string& line) {
    good_ = false;
    findings_.add(Severity::warning, "sshd: " + text + how_to_write(line));
  }

  // The first value wins (sshd_config(5)), so at the very beginning, before any Include; but a
  // Match block goes before all of that.
  std::string how_to_write(const std::string& line) const {
    const std::string name = ascii_lower(line.substr(0, line.find(' ')));
    if (demands_.general != nullptr) {
      const auto general = demands_.general->find(name);
      if (general != demands_.general->end() && general->second != value(name))
        return "; a Match block says so, write there: " + line;
    }
    return "; fix it: sed -i '1i " + line + "' /etc/ssh/sshd_config && " + demands_.how_to_reload;
  }

  // Each way is a list of methods that must all succeed (sshd_config(5), AuthenticationMethods).
  void check_methods() {
    const auto text = value("authenticationmethods");
    if (text.empty() || text == "any") return check_any_method();
    bool asked = false;
    for (const auto way : words_of(text, ' ')) {
      const auto methods = words_of(way, ',');
      const bool asks = std::any_of(methods.begin(), methods.end(), asks_pam);
      asked = asked || asks;
      if (asks && methods.size() == 1) check_code_alone();
      if (!asks) ways_without_ += (ways_without_.empty() ? "" : " ") + escape(way);
    }
    if (!asked)
      wrong("no way of AuthenticationMethods asks PAM, so ssh never asks for a code", proposal());
    else if (!ways_without_.empty())
      odd("AuthenticationMethods lets in without a code (" + ways_without_ + ")", proposal());
  }

  void check_any_method() {
    check_code_alone();
    std::string others;
    for (const auto& [name, what] : {std::pair("pubkeyauthentication", "a key"),
                                     std::pair("gssapiauthentication", "a Kerberos ticket"),
                                     std::pair("hostbasedauthentication", "a trusted host")})
      if (is(name, "yes")) others += (others.empty() ? "" : " or ") + std::string(what);
    if (!others.empty()) odd("people who have " + others + " get in without a code", proposal());
  }

  void check_code_alone() {
    if (demands_.stack_asks_password || said_alone_) return;
    said_alone_ = true;
    wrong("its PAM service asks for nothing but the code, so anybody who holds the phone gets in",
          "AuthenticationMethods publickey,keyboard-interactive:pam");
  }

  std::string proposal() const {
    const std::string key = "AuthenticationMethods publickey,keyboard-interactive:pam";
    return demands_.stack_asks_password ? key + " keyboard-interactive:pam" : key;
  }

  void check_grace_time() {
    const auto text = value("logingracetime");
    long seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    // A first message, a resend, and a person; 0 means without end.
    const auto needed = 2 * demands_.deadline + demands_.resend_after + kTyping;
    if (seconds == 0 || seconds >= needed.count()) return;
    odd("LoginGraceTime " + std::to_string(seconds) +
            " ends a login before a second message could arrive and be typed",
        "LoginGraceTime " + std::to_string(std::max(long{120}, static_cast<long>(needed.count()))));
  }

  // On by default from OpenSSH 9.8 on; it is as it should be for an address that is one person's.
  void check_penalties() {
    const auto penalties = value("persourcepenalties");
    const auto exempt = value("persourcepenaltyexemptlist");
    if (penalties.empty() || penalties == "no" || (!exempt.empty() && exempt != "none")) return;
    findings_.add(
        Severity::note,
        "sshd turns an address away for a while after some logins that were denied "
        "(PerSourcePenalties), and with it everybody behind that address; where many share "
        "one, name it: PerSourcePenaltyExemptList ADDRESS");
  }

  const SshdSettings& settings_;
  const SshdDemands& demands_;
  Findings& findings_;
  std::string ways_without_;
  bool said_alone_ = false;
  bool good_ = true;
};

bool is_our_auth(const PamLine& line) {
  return line.type == "auth" && is_ours(line);
}

constexpr std::string_view kNoFolder = "Missing privilege separation directory";
constexpr const char* kHowToMakeFolder =
    "sshd's settings can't be looked at without /run/sshd, which systemd makes when it starts "
    "sshd; "
    "make it: mkdir -m 755 /run/sshd";

std::string first_line(const ChildEnd& end) {
  return std::string(trim(end.text.substr(0, end.text.find_first_of("\r\n"))));
}

// Of nobody in particular when `user` is empty.
ChildEnd run_sshd_t(const std::string& user) {
  std::vector<std::string> words = {kSshd, "-T"};
  if (!user.empty()) words.insert(words.end(), {"-C", "user=" + user + "," + kElsewhere});
  return run_program(words, kPatience);
}

}  // namespace

SshdSettings read_sshd_settings(std::string_view text) {
  SshdSettings settings;
  for (const auto line : words_of(text, '\n')) {
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string name = ascii_lower(line.substr(0, blank));
    const std::string value(trim(line.substr(blank)));
    std::string& known = settings[name];
    const bool list = name.ends_with("users") || name.ends_with("groups");
    known = list && !known.empty() ? known + " " + value : value;
  }
  return settings;
}

std::optional<SshdSettings> sshd_settings_of(const std::string& user) {
  const ChildEnd end = run_sshd_t(user);
  if (!end.succeeded()) return std::nullopt;
  return read_sshd_settings(end.text);
}

std::string how_to_reload_sshd(const SshdSettings& settings) {
  // Debian's name of the service, and everybody else's.
  if (has_systemd())
    return access("/lib/systemd/system/ssh.service", F_OK) == 0 ? "systemctl reload ssh"
                                                                : "systemctl reload sshd";
  const auto file = settings.find("pidfile");
  return file == settings.end() || file->second == "none" ? "pkill -HUP -o -x sshd"
                                                          : "kill -HUP $(cat " + file->second + ")";
}

Result<SshdSettings> read_sshd(const std::string& configuration) {
  if (access(kSshd, X_OK) != 0)
    return make_error(ErrorKind::not_found, "there is no " + std::string(kSshd));
  const ChildEnd end = run_program({kSshd, "-T", "-f", configuration}, kPatience);
  if (end.succeeded()) return read_sshd_settings(end.text);
  const std::string why = first_line(end);
  if (why.starts_with(kNoFolder)) return make_error(ErrorKind::unavailable, kHowToMakeFolder);
  return make_error(ErrorKind::configuration,
                    "sshd refuses its own configuration: " + escape(why, 300) + "; see: sshd -t");
}

void judge_sshd(const SshdSettings& settings, const SshdDemands& demands, Findings& findings) {
  SshdCheck(settings, demands, findings).run();
}

bool asks_more_than_pam(const SshdSettings& settings) {
  const auto found = settings.find("authenticationmethods");
  if (found == settings.end() || found->second.empty() || found->second == "any") return false;
  const auto ways = words_of(found->second, ' ');
  return std::none_of(ways.begin(), ways.end(), [](std::string_view way) {
    const auto methods = words_of(way, ',');
    return std::all_of(methods.begin(), methods.end(), asks_pam);
  });
}

std::string file_that_asks(const std::string& service, const PamTexts& texts) {
  const auto stack = stack_in_force(service, texts);
  const auto line = std::find_if(stack.lines.begin(), stack.lines.end(), is_our_auth);
  return line == stack.lines.end() ? "" : line->place.substr(0, line->place.rfind(':'));
}

std::optional<SshdSettings> check_sshd(const Configuration* configuration, const std::string& user,
                                       Findings& findings) {
  if (access(kSshd, X_OK) != 0) {
    findings.add(Severity::note, "there is no " + std::string(kSshd) + ", so no login by ssh");
    return std::nullopt;
  }
  const ChildEnd end = run_sshd_t(user);
  if (!end.succeeded()) {
    const std::string why = first_line(end);
    if (why.starts_with(kNoFolder))
      findings.add(Severity::warning, kHowToMakeFolder);
    else if (geteuid() == 0)
      findings.add(make_error(ErrorKind::configuration,
                              "sshd refuses its own configuration, so after a restart nobody gets "
                              "in by ssh: " +
                                  escape(why, 300) + "; see: sshd -t"));
    return std::nullopt;
  }
  auto settings = read_sshd_settings(end.text);
  // PAMServiceName came with OpenSSH 9.8.
  const auto named = settings.find("pamservicename");
  const std::string service = named == settings.end() ? "sshd" : named->second;
  if (file_that_asks(service).empty()) return settings;
  const SshdSettings general = user.empty() ? settings : read_sshd_settings(run_sshd_t("").text);
  SshdDemands demands;
  demands.general = &general;
  demands.how_to_reload = how_to_reload_sshd(settings);
  const auto stack = stack_in_force(service);
  demands.stack_asks_password =
      std::any_of(stack.lines.begin(), stack.lines.end(),
                  [](const PamLine& line) { return line.type == "auth" && is_first_factor(line); });
  if (configuration != nullptr) {
    demands.deadline = configuration->delivery.deadline;
    demands.resend_after = configuration->limits.resend_after;
  }
  judge_sshd(settings, demands, findings);
  return settings;
}

}  // namespace sms2fa
