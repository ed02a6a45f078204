// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>

#include "lib/base/text.h"
#include "lib/directory/system_account_lookup.h"
#include "lib/rules/decide.h"
#include "lib/rules/shadow.h"
#include "programs/sms2fa/check/check.h"
#include "programs/sms2fa/pam/modules.h"
#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

namespace {

using std::chrono::days;

constexpr days kWarning{14};
constexpr std::array kPamDirectories = {"/etc/pam.d/", "/usr/lib/pam.d/", "/usr/local/etc/pam.d/"};

bool is_service(const std::string& name) {
  return std::any_of(kPamDirectories.begin(), kPamDirectories.end(), [&](const char* directory) {
    return access((directory + name).c_str(), F_OK) == 0;
  });
}

bool contains(const std::vector<std::string>& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// What one rule is worth on this machine.
class RuleCheck {
 public:
  RuleCheck(const Configuration& settings, const std::string& path, Findings& findings)
      : settings_(settings), path_(path), findings_(findings) {}

  void run() {
    for (size_t i = 0; i < settings_.rules.size(); ++i) {
      const RuleSettings& rule = settings_.rules[i];
      check_end(rule);
      check_order(rule, i);
      check_services(rule);
      check_lines(rule);
      for (const std::string& user : rule.users) check_user(rule, user);
    }
    check_groups();
  }

 private:
  void say(Severity severity, const RuleSettings& rule, const std::string& what) {
    const std::string text =
        path_ + ":" + std::to_string(rule.line) + ": [rule " + rule.name + "] " + what;
    if (severity == Severity::error)
      findings_.add(Error{ErrorKind::configuration, text});
    else
      findings_.add(severity, text);
  }

  void check_end(const RuleSettings& rule) {
    if (!rule.until) return;
    const auto left = *rule.until - std::chrono::floor<days>(std::chrono::system_clock::now());
    const std::string day = iso_date(*rule.until);
    if (left < days(0))
      say(Severity::error, rule, "ended after " + day + ": it exempts nobody any more, and asks");
    else if (left <= kWarning)
      say(Severity::warning, rule, "ends after " + day + ", and asks from then on");
  }

  void check_order(const RuleSettings& rule, size_t index) {
    for (size_t i = 0; i < index; ++i) {
      const RuleSettings& earlier = settings_.rules[i];
      if (!covers(earlier, rule)) continue;
      return say(Severity::error, rule,
                 "never decides: [rule " + earlier.name + "] in line " +
                     std::to_string(earlier.line) + " is about all of its logins");
    }
  }

  void check_services(const RuleSettings& rule) {
    for (const std::string& service : rule.services)
      if (!is_service(service))
        say(Severity::warning, rule, "names a service that PAM does not have here: " + service);
    const bool at_sshd = rule.services.empty() || contains(rule.services, "sshd");
    const bool only_of_sshd =
        !rule.first.empty() &&
        std::all_of(rule.first.begin(), rule.first.end(), [](const FirstFactor& first) {
          return first.kind != FirstFactor::Kind::password && first.kind != FirstFactor::Kind::none;
        });
    if (only_of_sshd && !at_sshd)
      say(Severity::error, rule,
          "never matches: only sshd tells of what is in first, and services lacks it");
  }

  // A line that ends the stack would exempt from the password below it, too.
  void check_lines(const RuleSettings& rule) {
    if (rule.action != RuleAction::exempt) return;
    for (const PamLine& line : auth_lines(stack_in_force("sshd")))
      if (is_ours(line) && line.actions.at(static_cast<size_t>(PamReturn::success)) == kPamDone)
        say(Severity::error, rule,
            "lets in without what stands below " + line.place + ", where " +
                escape(line.shown_control()) + " ends the stack; write required there");
  }

  void check_user(const RuleSettings& rule, const std::string& user) {
    if (user.starts_with('@')) return;
    const auto account = accounts_.find(user);
    if (!account) return findings_.add(account.error());
    if (*account && (*account)->name != user)
      say(Severity::error, rule,
          "never matches " + escape(user) + ", which name services call " +
              escape((*account)->name));
    if (!*account && settings_.directory.virtual_users.empty())
      say(Severity::warning, rule, "names somebody without an account here: " + escape(user));
  }

  // root stands for everybody: what matters is which groups there are.
  void check_groups() {
    const auto names = memberships_of(settings_.rules);
    if (names.empty()) return;
    const auto known = accounts_.memberships({.name = "root", .gid = 0}, names);
    if (!known) return findings_.add(known.error());
    for (const RuleSettings& rule : settings_.rules)
      for (const std::string& name : memberships_of({&rule, 1}))
        if (!known->contains(name))
          say(Severity::error, rule,
              "cannot be evaluated, and so " +
                  std::string(rule.action == RuleAction::deny ? "denies" : "exempts nobody") +
                  ": the machine has no group " + escape(name));
  }

  const Configuration& settings_;
  const std::string& path_;
  Findings& findings_;
  SystemAccountLookup accounts_;
};

}  // namespace

void check_rules(const Configuration& settings, const std::string& path, Findings& findings) {
  RuleCheck(settings, path, findings).run();
}

}  // namespace sms2fa
