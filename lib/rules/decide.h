// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/config/rule_settings.h"
#include "lib/rules/first_factors.h"

namespace sms2fa {

// Whether somebody belongs to groups ("ops") and netgroups ("@robots"). What is missing could not
// be found out.
using Memberships = std::map<std::string, bool, std::less<>>;

// All that rules look at of a login.
struct RuleFacts {
  std::string user;  // the account's own name
  std::string service;
  std::string rhost;  // empty: from this machine
  FirstFactors first;
  Memberships memberships;
  // A root host says that a first factor was proved, of an account that the machine has, which
  // sshd means to let in.
  bool may_be_exempt = false;
  std::chrono::sys_days today;  // in UTC
};

// What a login meets.
struct RuleDecision {
  RuleAction action = RuleAction::ask;
  const RuleSettings* rule = nullptr;  // that decided; nullptr: none matched
  std::optional<Methods> methods;      // of action ask: no others
  std::string doubt;                   // what could not be evaluated, for the log; or ""

  // Those of `methods` that are left, in their order.
  Methods narrow(const Methods& methods) const;
};

enum class RuleMatch { no, yes, unknown };

// Whether the login is one that the rule is about.
RuleMatch match(const RuleSettings& rule, const RuleFacts& facts);

// The first rule that matches decides; where none does, people are asked. One that can't be
// evaluated denies if it denies, restricts if it asks, and from it on nothing is exempt: the result
// is the strictest of all that the unknown may be. Pure. Points into `rules`.
RuleDecision decide(std::span<const RuleSettings> rules, const RuleFacts& facts);

// The names of `memberships` that the rules ask for.
std::vector<std::string> memberships_of(std::span<const RuleSettings> rules);

}  // namespace sms2fa
