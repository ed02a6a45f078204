// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/decide.h"

#include <algorithm>
#include <iterator>

#include "lib/rules/explain.h"

namespace sms2fa {

namespace {

bool contains(const auto& items, const auto& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

RuleMatch answer(bool matches) {
  return matches ? RuleMatch::yes : RuleMatch::no;
}

// One of these: yes if any is, and unknown if any may be.
RuleMatch any_of(const auto& items, const auto& match_item) {
  RuleMatch all = RuleMatch::no;
  for (const auto& item : items) {
    const RuleMatch each = match_item(item);
    if (each == RuleMatch::yes) return each;
    if (each == RuleMatch::unknown) all = each;
  }
  return all;
}

RuleMatch is_member(const std::string& group, const RuleFacts& facts) {
  const auto found = facts.memberships.find(group);
  return found == facts.memberships.end() ? RuleMatch::unknown : answer(found->second);
}

RuleMatch is_user(const std::string& user, const RuleFacts& facts) {
  return user.starts_with('@') ? is_member(user, facts) : answer(user == facts.user);
}

// A name in the place of an address (sshd's UseDNS) is whatever its owner says.
RuleMatch is_from(const std::vector<RuleSource>& from, const RuleFacts& facts) {
  if (facts.rhost.empty()) return answer(contains(from, RuleSource()));
  const auto address = address_from(facts.rhost);
  const bool has_networks = std::any_of(from.begin(), from.end(),
                                        [](const RuleSource& each) { return each.has_value(); });
  if (!address) return has_networks ? RuleMatch::unknown : RuleMatch::no;
  return any_of(from,
                [&](const RuleSource& each) { return answer(each && each->contains(*address)); });
}

RuleMatch has_proved(const std::vector<FirstFactor>& wanted, const RuleFacts& facts) {
  if (!facts.first.complete) return RuleMatch::unknown;
  return any_of(wanted, [&](const FirstFactor& each) { return answer(proves(facts.first, each)); });
}

void restrict(RuleDecision& decision, const Methods& methods) {
  if (!methods.empty()) decision.methods = decision.narrow(methods);
}

}  // namespace

Methods RuleDecision::narrow(const Methods& all) const {
  if (!methods) return all;
  Methods left;
  std::copy_if(all.begin(), all.end(), std::back_inserter(left),
               [this](Method method) { return contains(*methods, method); });
  return left;
}

std::vector<KeyMatch> explain(const RuleSettings& rule, const RuleFacts& facts) {
  std::vector<KeyMatch> keys;
  const auto add = [&](const char* key, const auto& items, const auto& matched) {
    if (!items.empty()) keys.push_back({key, matched()});
  };
  add("users", rule.users, [&] {
    return any_of(rule.users, [&](const std::string& user) { return is_user(user, facts); });
  });
  add("groups", rule.groups, [&] {
    return any_of(rule.groups, [&](const std::string& group) { return is_member(group, facts); });
  });
  add("services", rule.services, [&] { return answer(contains(rule.services, facts.service)); });
  add("from", rule.from, [&] { return is_from(rule.from, facts); });
  add("first", rule.first, [&] { return has_proved(rule.first, facts); });
  return keys;
}

RuleMatch match(const RuleSettings& rule, const RuleFacts& facts) {
  RuleMatch all = RuleMatch::yes;
  for (const KeyMatch& each : explain(rule, facts)) {
    if (each.match == RuleMatch::no) return RuleMatch::no;
    if (each.match == RuleMatch::unknown) all = RuleMatch::unknown;
  }
  return all;
}

RuleDecision decide(std::span<const RuleSettings> rules, const RuleFacts& facts) {
  RuleDecision decision;
  for (const RuleSettings& rule : rules) {
    const RuleMatch matched = match(rule, facts);
    if (matched == RuleMatch::no) continue;
    if (matched == RuleMatch::unknown && decision.doubt.empty())
      decision.doubt = "[rule " + rule.name + "] could not be evaluated";
    switch (rule.action) {
      case RuleAction::deny:
        return {RuleAction::deny, &rule, {}, decision.doubt};
      case RuleAction::ask:
        restrict(decision, rule.methods);
        decision.rule = &rule;
        break;
      case RuleAction::exempt: {
        const bool has_ended = rule.until && facts.today > *rule.until;
        decision.rule = &rule;
        if (decision.doubt.empty() && facts.may_be_exempt && !has_ended)
          decision.action = RuleAction::exempt;
        break;
      }
    }
    if (matched == RuleMatch::yes) return decision;
  }
  return decision;
}

std::vector<std::string> memberships_of(std::span<const RuleSettings> rules) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (!contains(names, name)) names.push_back(name);
  };
  for (const RuleSettings& rule : rules) {
    for (const std::string& user : rule.users)
      if (user.starts_with('@')) add(user);
    for (const std::string& group : rule.groups) add(group);
  }
  return names;
}

}  // namespace sms2fa
