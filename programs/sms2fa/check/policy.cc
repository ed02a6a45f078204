// SPDX-License-Identifier: Apache-2.0
#include <sysexits.h>

#include <string_view>
#include <utility>

#include "lib/base/text.h"
#include "lib/config/rule_section.h"
#include "lib/directory/system_account_lookup.h"
#include "lib/rules/explain.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/state/state_access.h"

namespace sms2fa {

namespace {

using std::chrono::days;

std::string name_of(const RuleSettings& rule) {
  return "[rule " + rule.name + "] in line " + std::to_string(rule.line);
}

std::string end_of(const RuleSettings& rule) {
  if (!rule.until) return "without an end";
  const bool has_ended = std::chrono::floor<days>(std::chrono::system_clock::now()) > *rule.until;
  return (has_ended ? "ended after " : "until ") + iso_date(*rule.until);
}

Answer list(const Configuration& settings) {
  Answer answer;
  for (const RuleSettings& rule : settings.rules)
    if (rule.action == RuleAction::exempt)
      answer.say(name_of(rule) + ", " + end_of(rule) + ": " + escape(rule.reason, 200));
  if (answer.lines.empty()) answer.say("Nobody is exempt.");
  return answer;
}

// What the rule makes of the login, and by which keys.
std::string in_words(const RuleSettings& rule, const RuleFacts& facts) {
  std::string because;
  for (const KeyMatch& each : explain(rule, facts))
    if (each.match != RuleMatch::yes)
      because += std::string(because.empty() ? "" : ", ") + each.key +
                 (each.match == RuleMatch::unknown ? " (unknown)" : "");
  switch (match(rule, facts)) {
    case RuleMatch::no:
      return "no, by " + because;
    case RuleMatch::yes:
      return "yes";
    case RuleMatch::unknown:
      return "cannot be evaluated: " + because;
  }
  return {};
}

std::string outcome_of(const RuleDecision& decision) {
  if (decision.rule == nullptr) return "No rule matches: a code is asked for.";
  const std::string by = name_of(*decision.rule) + " decides: ";
  switch (decision.action) {
    case RuleAction::exempt:
      return by + "exempt, " + end_of(*decision.rule) + " (" + escape(decision.rule->reason, 200) +
             ").";
    case RuleAction::deny:
      return by + "denied.";
    case RuleAction::ask:
      break;
  }
  if (!decision.methods) return by + "a code is asked for.";
  std::string methods;
  for (const Method method : *decision.methods)
    methods += (methods.empty() ? "" : ", ") + std::string(to_string(method));
  return by + "a code is asked for, by no other method than " +
         (methods.empty() ? "none" : methods) + ".";
}

// As sshd would tell it, or a line with first=proved.
FirstFactors first_of(const std::string& text) {
  using Kind = FirstFactor::Kind;
  RuleSettings wanted;
  if (!text.empty()) (void)take_rule_key("first", text, wanted);
  FirstFactors first;
  for (const FirstFactor& each : wanted.first) {
    if (each.kind != Kind::none) first.proved.push_back(each);
    if (each.kind == Kind::sk || each.kind == Kind::cert) first.proved.push_back({Kind::publickey});
  }
  return first;
}

Result<RuleFacts> facts_of(const Arguments& arguments, const Configuration& settings) {
  RuleFacts facts;
  facts.user = arguments.user;
  facts.service = arguments.service;
  facts.rhost = arguments.from;
  facts.today = std::chrono::floor<days>(std::chrono::system_clock::now());
  facts.first = first_of(arguments.proved);
  SystemAccountLookup accounts;
  const auto account = accounts.find(facts.user);
  if (!account) return account.error();
  facts.may_be_exempt = account->has_value() && facts.service == "sshd" &&
                        proves(facts.first, {FirstFactor::Kind::publickey});
  auto memberships = accounts.memberships(account->value_or(Identity{.name = facts.user}),
                                          memberships_of(settings.rules));
  if (memberships) facts.memberships = std::move(*memberships);
  return facts;
}

Result<Answer> run(const Arguments& arguments, const Console&) {
  const auto settings = configuration_at(arguments.configuration);
  if (!settings) return settings.error();
  if (arguments.list) return list(*settings);
  const auto facts = facts_of(arguments, *settings);
  if (!facts) return facts.error();
  const RuleDecision decision = decide(settings->rules, *facts);
  Answer answer;
  for (const RuleSettings& rule : settings->rules) {
    answer.say(name_of(rule) + " (" + to_string(rule.action) + "): " + in_words(rule, *facts));
    if (&rule == decision.rule) break;
  }
  answer.say(outcome_of(decision));
  answer.exit_code = decision.action == RuleAction::deny ? kNegativeAnswer : EX_OK;
  return answer;
}

std::string take_proved(const std::string& typed, Arguments& arguments) {
  constexpr std::string_view kFirst = "first";
  RuleSettings rule;
  if (const auto reason = take_rule_key(kFirst, typed, rule); !reason.empty())
    return "--proved" + reason.substr(kFirst.size());
  arguments.proved = typed;
  return {};
}

std::string take_from(const std::string& typed, Arguments& arguments) {
  if (!address_from(typed)) return "--from needs an address";
  arguments.from = typed;
  return {};
}

Result<void> check(Arguments& arguments) {
  if (arguments.user.empty() && !arguments.list)
    return make_error(ErrorKind::configuration, "which user? Write: sms2fa policy USER, or --list");
  if (arguments.service.empty()) arguments.service = "sshd";
  return {};
}

}  // namespace

Command policy_command() {
  return {.name = "policy",
          .summary = "which [rule] decides what a USER is asked, and why",
          .description =
              "Says which rule of the configuration decides what USER meets at a login, and by "
              "which keys others do not match: from the configuration and name services alone, "
              "whether a daemon runs or not. Nothing is sent or counted. What is proved before "
              "the question is as in a rule's first; a key at sshd makes exemptions possible.",
          .example = "sms2fa policy alice --from 192.0.2.7 --proved publickey",
          .operands = {kMaybeUser},
          .options = {{.name = "service",
                       .value = "SERVICE",
                       .meaning = "where the login is (default sshd)",
                       .take = take<&Arguments::service>},
                      {.name = "from",
                       .value = "ADDRESS",
                       .meaning = "where it comes from (default: this machine)",
                       .take = take_from},
                      {.name = "proved",
                       .value = "FACTORS",
                       .meaning = "what was proved before (default: nothing)",
                       .take = take_proved},
                      {.name = "list",
                       .meaning = "every exemption, with its reason and end",
                       .take = take<&Arguments::list>},
                      kConfigOption},
          .run = run,
          .check = check};
}

}  // namespace sms2fa
