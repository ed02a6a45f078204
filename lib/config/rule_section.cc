// SPDX-License-Identifier: Apache-2.0
#include "lib/config/rule_section.h"

#include <algorithm>
#include <utility>

#include "lib/base/text.h"
#include "lib/config/configuration_values.h"
#include "lib/config/key_rows.h"

namespace sms2fa {

namespace {

using Text = std::string_view;
using Kind = FirstFactor::Kind;

constexpr size_t kLongestAccount = 128;
constexpr Text kCertOf = "cert:";
constexpr Text kFingerprint = "SHA256:";
constexpr size_t kDigitsOfFingerprint = 43;  // of SHA-256 in base64 without '='

constexpr std::pair<Text, RuleAction> kActions[] = {
    {"ask", RuleAction::ask}, {"exempt", RuleAction::exempt}, {"deny", RuleAction::deny}};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What name services call accounts and groups is their business, as far as a list can hold it
// ("domain users" is one of Active Directory's).
std::string take_account(Text text, std::string& out) {
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c != 0x7f; });
  if (!is_plain || text.empty() || text == "@" || text.size() > kLongestAccount)
    return "must be names of 1 to 128 bytes";
  out = text;
  return {};
}

std::string take_group_name(Text text, std::string& out) {
  if (text.starts_with('@')) return "must be groups, without an '@'; netgroups belong to users";
  return take_account(text, out);
}

std::string take_place(Text text, RuleSource& out) {
  const auto network = network_from(text);
  if (!network && text != "local")
    return "must be addresses or networks, such as 10.20.0.0/16 or 2001:db8::/48, without a bit "
           "set behind the prefix, or local; no names";
  out = network;
  return {};
}

std::string take_first(Text text, FirstFactor& out) {
  constexpr std::pair<Text, Kind> kKinds[] = {{"publickey", Kind::publickey},
                                              {"sk", Kind::sk},
                                              {"cert", Kind::cert},
                                              {"password", Kind::password},
                                              {"hostbased", Kind::hostbased},
                                              {"gssapi", Kind::gssapi},
                                              {"none", Kind::none}};
  if (text.starts_with(kCertOf)) {
    const Text ca = text.substr(kCertOf.size());
    const Text digits = ca.substr(std::min(ca.size(), kFingerprint.size()));
    const bool is_base64 = std::all_of(digits.begin(), digits.end(), [](char c) {
      return is_alphanumeric(c) || c == '+' || c == '/';
    });
    if (!ca.starts_with(kFingerprint) || digits.size() != kDigitsOfFingerprint || !is_base64)
      return "must name a certificate's CA as ssh-keygen -l does: cert:SHA256: and 43 characters";
    out = {Kind::cert, std::string(ca)};
    return {};
  }
  Kind kind = Kind::none;
  if (auto reason = take_choice(text, kKinds, kind); !reason.empty()) return reason;
  out = {kind};
  return {};
}

std::string take_reason(Text text, std::string& out) {
  if (!is_valid_utf8(text)) return "must be UTF-8";
  out = text;
  return {};
}

constexpr Key<RuleSettings> kRuleKeys[] = {
    {"users", list<take_account, &RuleSettings::users>, such_as("ansible, @robots"),
     "accounts, or @netgroups"},
    {"groups", list<take_group_name, &RuleSettings::groups>, instead("ops"), "members of these"},
    {"services", value<take_names, &RuleSettings::services>, such_as("sshd"),
     "of /etc/pam.d; unset: at all"},
    {"from", list<take_place, &RuleSettings::from>, such_as("10.20.0.0/16, 2001:db8::/48"),
     "addresses, never names; local: no network"},
    {"first", list<take_first, &RuleSettings::first>,
     such_as("cert:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"), "what was proved before"},
    {"action", choice<kActions, &RuleSettings::action>, needed("exempt"), "ask, exempt or deny"},
    {"methods", value<take_methods, &RuleSettings::methods>, instead("totp, backup"),
     "of ask: no others"},
    {"until", unset<take_day, &RuleSettings::until>, such_as("2027-03-31"),
     "of exempt: the last day, in UTC"},
    {"forever", value<take_flag, &RuleSettings::forever>, "no", "yes: of exempt, instead of until"},
    {"reason", value<take_reason, &RuleSettings::reason>, such_as("nightly runs, ticket 4711"),
     "of exempt: why; stands in the log"},
};

// What the person could arrange alone does not count: whoever writes authorized_keys adds a key, an
// sk key made by software, or a CA of their own.
bool is_beyond_the_person(const FirstFactor& first) {
  return first.kind == Kind::cert && !first.ca.empty();
}

class RuleCheck {
 public:
  RuleCheck(const RuleSettings& rule, const KeyLines& keys, Diagnostics& diagnostics)
      : rule_(rule), keys_(keys), diagnostics_(diagnostics) {}

  void run() const {
    if (!keys_.contains("action")) missing("action");
    if (keys_.contains("groups")) refuse("users", "stands beside groups; write a rule for each");
    if (rule_.action != RuleAction::ask) refuse("methods", "needs action = ask");
    if (rule_.action == RuleAction::exempt) return check_exempt();
    refuse("until", "needs action = exempt");
    refuse("forever", "needs action = exempt");
  }

 private:
  void check_exempt() const {
    if (!keys_.contains("reason")) missing("reason, which action = exempt needs");
    if (!keys_.contains("until") && !rule_.forever)
      missing("until, or forever = yes, one of which action = exempt needs");
    if (keys_.contains("until") && rule_.forever) refuse("forever", "excludes until");
    if (!keys_.contains("first")) missing("first, which action = exempt needs");
    if (!std::all_of(rule_.first.begin(), rule_.first.end(), is_beyond_the_person))
      refuse("first",
             "with action = exempt must be cert:SHA256:…, for people can add keys and CAs "
             "of their own");
  }

  void missing(const std::string& what) const {
    diagnostics_.add(rule_.line, "[rule " + rule_.name + "] lacks " + what);
  }

  // Complains where the key stands, if it does.
  void refuse(Text key, Text reason) const {
    const auto found = keys_.find(key);
    if (found != keys_.end()) diagnostics_.add(found->second, about_key(key, reason));
  }

  const RuleSettings& rule_;
  const KeyLines& keys_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::string take_rule_key(Text key, Text value, RuleSettings& out) {
  return take_key<RuleSettings>(kRuleKeys, key, value, out);
}

void check_rule(const RuleSettings& rule, const KeyLines& keys, Diagnostics& diagnostics) {
  RuleCheck(rule, keys, diagnostics).run();
}

SectionDescription describe_rule_section() {
  return {
      .heading = "rule NAME",
      .name = "robots",
      .remark =
          "In the file's order: the first that matches decides; where none does, people are asked.",
      .commented_out = true,
      .keys = describe<RuleSettings>(kRuleKeys)};
}

}  // namespace sms2fa
