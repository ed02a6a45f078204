// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/decide.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Kind = FirstFactor::Kind;
using std::chrono::days;
using std::chrono::sys_days;

const sys_days kToday = std::chrono::year(2027) / 3 / 31;
const std::string kCa = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

RuleSettings rule(const std::string& name, RuleAction action) {
  RuleSettings made;
  made.name = name;
  made.action = action;
  return made;
}

// bob, in ops and not in web, who comes by ssh with a certificate.
RuleFacts bob() {
  RuleFacts facts;
  facts.user = "bob";
  facts.service = "sshd";
  facts.rhost = "10.20.0.9";
  facts.first.proved = {{Kind::publickey}, {Kind::cert, kCa}};
  facts.memberships = {{"ops", true}, {"web", false}, {"@robots", true}, {"@people", false}};
  facts.may_be_exempt = true;
  facts.today = kToday;
  return facts;
}

RuleMatch matched(void (*write)(RuleSettings&), const RuleFacts& facts = bob()) {
  RuleSettings one = rule("r", RuleAction::ask);
  write(one);
  return match(one, facts);
}

std::string name_of(const RuleDecision& decision) {
  return std::string(to_string(decision.action)) + " " +
         (decision.rule == nullptr ? "-" : decision.rule->name);
}

}  // namespace

TEST(each_key_narrows) {
  CHECK(matched([](RuleSettings&) {}) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.users = {"alice", "bob"}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.users = {"alice", "Bob"}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) { r.users = {"@robots"}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.users = {"@people"}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) { r.groups = {"web", "ops"}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.groups = {"web"}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) { r.services = {"sshd"}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.services = {"su", "sudo"}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) { r.from = {network_from("10.20.0.0/16")}; }) ==
        RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) {
          r.from = {network_from("10.21.0.0/16"), {}};
        }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) {
          r.first = {{Kind::password}, {Kind::cert, kCa}};
        }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.first = {{Kind::cert}}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.first = {{Kind::cert, "SHA256:x"}}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) { r.first = {{Kind::none}}; }) == RuleMatch::no);
  CHECK(matched([](RuleSettings& r) {
          r.users = {"bob"};
          r.services = {"su"};
        }) == RuleMatch::no);
}

TEST(no_network_is_local) {
  RuleFacts facts = bob();
  facts.rhost.clear();
  CHECK(matched([](RuleSettings& r) { r.from = {{}}; }, facts) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.from = {network_from("::/0")}; }, facts) == RuleMatch::no);
}

TEST(a_host_name_may_be_anywhere_but_here) {
  RuleFacts facts = bob();
  facts.rhost = "host.example";
  CHECK(matched([](RuleSettings& r) { r.from = {network_from("10.0.0.0/8")}; }, facts) ==
        RuleMatch::unknown);
  CHECK(matched([](RuleSettings& r) { r.from = {{}}; }, facts) == RuleMatch::no);
}

TEST(a_group_that_nobody_can_tell_of_may_be_theirs) {
  CHECK(matched([](RuleSettings& r) { r.groups = {"lost"}; }) == RuleMatch::unknown);
  CHECK(matched([](RuleSettings& r) { r.users = {"@lost"}; }) == RuleMatch::unknown);
  CHECK(matched([](RuleSettings& r) { r.groups = {"lost", "ops"}; }) == RuleMatch::yes);
  CHECK(matched([](RuleSettings& r) { r.groups = {"lost", "web"}; }) == RuleMatch::unknown);
  CHECK(matched([](RuleSettings& r) {
          r.groups = {"lost"};
          r.services = {"su"};
        }) == RuleMatch::no);
}

TEST(what_was_proved_and_cannot_be_read_may_be_anything) {
  RuleFacts facts = bob();
  facts.first.complete = false;
  CHECK(matched(
            [](RuleSettings& r) {
              r.first = {{Kind::cert, kCa}};
            },
            facts) == RuleMatch::unknown);
  CHECK(matched([](RuleSettings& r) { r.first = {{Kind::none}}; }, facts) == RuleMatch::unknown);
}

TEST(the_first_that_matches_decides) {
  std::vector<RuleSettings> rules = {rule("other", RuleAction::deny),
                                     rule("first", RuleAction::ask),
                                     rule("second", RuleAction::deny)};
  rules[0].users = {"alice"};
  rules[1].methods = {Method::totp};
  CHECK_EQ(name_of(decide(rules, bob())), "ask first");
  CHECK((decide(rules, bob()).narrow({Method::sms, Method::totp}) == Methods{Method::totp}));
  std::swap(rules[1], rules[2]);
  CHECK_EQ(name_of(decide(rules, bob())), "deny second");
  CHECK_EQ(name_of(decide({}, bob())), "ask -");
  CHECK((decide({}, bob()).narrow({Method::sms}) == Methods{Method::sms}));
}

TEST(a_rule_exempts_only_where_exemptions_may_be) {
  std::vector<RuleSettings> rules = {rule("robots", RuleAction::exempt),
                                     rule("all", RuleAction::deny)};
  rules[0].first = {{Kind::cert, kCa}};
  CHECK_EQ(name_of(decide(rules, bob())), "exempt robots");
  RuleFacts facts = bob();
  facts.may_be_exempt = false;
  CHECK_EQ(name_of(decide(rules, facts)), "ask robots");
  facts = bob();
  facts.first.complete = false;
  CHECK_EQ(name_of(decide(rules, facts)), "deny all");
}

TEST(an_exemption_ends_with_its_last_day) {
  std::vector<RuleSettings> rules = {rule("robots", RuleAction::exempt)};
  rules[0].until = kToday;
  CHECK_EQ(name_of(decide(rules, bob())), "exempt robots");
  rules[0].until = kToday - days(1);
  CHECK_EQ(name_of(decide(rules, bob())), "ask robots");
}

TEST(after_a_doubt_nobody_is_exempt) {
  std::vector<RuleSettings> rules = {rule("doubtful", RuleAction::ask),
                                     rule("robots", RuleAction::exempt)};
  rules[0].groups = {"lost"};
  rules[0].methods = {Method::totp, Method::backup};
  const RuleDecision decision = decide(rules, bob());
  CHECK_EQ(name_of(decision), "ask robots");
  CHECK_EQ(decision.doubt, "[rule doubtful] could not be evaluated");
  CHECK((decision.narrow({Method::sms, Method::totp}) == Methods{Method::totp}));
  rules[0].action = RuleAction::exempt;
  CHECK_EQ(name_of(decide(rules, bob())), "ask robots");
  rules[0].action = RuleAction::deny;
  CHECK_EQ(name_of(decide(rules, bob())), "deny doubtful");
}

TEST(restrictions_of_doubtful_rules_add_up) {
  std::vector<RuleSettings> rules = {rule("one", RuleAction::ask), rule("two", RuleAction::ask)};
  rules[0].groups = {"lost"};
  rules[0].methods = {Method::sms, Method::totp};
  rules[1].methods = {Method::totp, Method::backup};
  CHECK((decide(rules, bob()).narrow({Method::sms, Method::totp, Method::backup}) ==
         Methods{Method::totp}));
}

TEST(groups_and_netgroups_are_asked_for_once) {
  std::vector<RuleSettings> rules = {rule("a", RuleAction::ask), rule("b", RuleAction::ask)};
  rules[0].users = {"bob", "@robots"};
  rules[1].groups = {"ops", "web"};
  rules.push_back(rules[1]);
  CHECK((memberships_of(rules) == std::vector<std::string>{"@robots", "ops", "web"}));
}

namespace {

// A naive evaluator: everything that is not known is tried out both ways, each of these worlds is
// evaluated by plain truth, and the strictest of their answers is taken.
struct World {
  RuleFacts facts;
  std::vector<bool> guesses;  // of the rules in doubt, in the file's order
};

bool truly(const RuleSettings& rule, const World& world, size_t& doubts) {
  switch (match(rule, world.facts)) {
    case RuleMatch::yes:
      return true;
    case RuleMatch::no:
      return false;
    case RuleMatch::unknown:
      break;
  }
  return world.guesses[doubts++];
}

struct Answer {
  RuleAction action = RuleAction::ask;
  Methods methods = {Method::sms, Method::voice, Method::totp, Method::backup};
};

Answer in_world(const std::vector<RuleSettings>& rules, const World& world) {
  Answer answer;
  size_t doubts = 0;
  for (const RuleSettings& each : rules) {
    if (!truly(each, world, doubts)) continue;
    const bool ended = each.until && world.facts.today > *each.until;
    answer.action = each.action;
    if (each.action == RuleAction::exempt && (doubts > 0 || !world.facts.may_be_exempt || ended))
      answer.action = RuleAction::ask;
    if (!each.methods.empty()) answer.methods = each.methods;
    break;
  }
  return answer;
}

Answer naive(const std::vector<RuleSettings>& rules, const RuleFacts& facts) {
  Answer strictest;
  strictest.action = RuleAction::exempt;
  for (unsigned guesses = 0; guesses < 1U << rules.size(); ++guesses) {
    World world = {facts, {}};
    for (size_t i = 0; i < rules.size(); ++i) world.guesses.push_back((guesses >> i & 1U) != 0);
    const Answer answer = in_world(rules, world);
    if (answer.action == RuleAction::deny) return answer;
    if (answer.action == RuleAction::ask) strictest.action = RuleAction::ask;
    std::erase_if(strictest.methods, [&](Method method) {
      return std::find(answer.methods.begin(), answer.methods.end(), method) ==
             answer.methods.end();
    });
  }
  return strictest;
}

class Dice {
 public:
  explicit Dice(uint32_t seed) : engine_(seed) {}
  unsigned up_to(unsigned most) {
    return std::uniform_int_distribution<unsigned>(0, most)(engine_);
  }
  bool one_in(unsigned count) { return up_to(count - 1) == 0; }

  RuleSettings any_rule() {
    RuleSettings made = rule("r" + std::to_string(up_to(99)), RuleAction(up_to(2)));
    if (one_in(3)) made.users = {one_in(2) ? "bob" : "alice", one_in(2) ? "@lost" : "@people"};
    if (one_in(3)) made.groups = {one_in(2) ? "ops" : "web", one_in(2) ? "lost" : "web"};
    if (one_in(4)) made.services = {one_in(2) ? "sshd" : "su"};
    if (one_in(3)) made.from = {one_in(2) ? network_from("10.0.0.0/8") : RuleSource()};
    if (one_in(3)) made.first = {{Kind(up_to(6))}};
    if (made.action == RuleAction::ask && one_in(2))
      made.methods =
          one_in(2) ? Methods{Method::sms, Method::totp} : Methods{Method::totp, Method::backup};
    if (made.action == RuleAction::exempt && one_in(3))
      made.until = kToday - days(up_to(2)) + days(1);
    return made;
  }

  RuleFacts any_facts() {
    RuleFacts facts = bob();
    if (one_in(3)) facts.rhost = one_in(2) ? "" : "host.example";
    if (one_in(4)) facts.first.complete = false;
    if (one_in(4)) facts.first.proved.clear();
    if (one_in(4)) facts.may_be_exempt = false;
    return facts;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace

TEST(it_is_what_the_strictest_of_all_worlds_says) {
  unsigned seen[3] = {};
  unsigned doubtful = 0;
  for (uint32_t seed = 0; seed < 20'000; ++seed) {
    Dice dice(seed);
    std::vector<RuleSettings> rules;
    for (unsigned left = dice.up_to(5); left > 0; --left) rules.push_back(dice.any_rule());
    const RuleFacts facts = dice.any_facts();
    const RuleDecision decision = decide(rules, facts);
    const Answer expected = naive(rules, facts);
    CHECK_EQ(std::to_string(seed) + " " + to_string(decision.action),
             std::to_string(seed) + " " + to_string(expected.action));
    const Methods all = {Method::sms, Method::voice, Method::totp, Method::backup};
    if (expected.action == RuleAction::ask) CHECK(decision.narrow(all) == expected.methods);
    ++seen[static_cast<int>(decision.action)];
    if (!decision.doubt.empty()) ++doubtful;
  }
  // Of all kinds there were enough for this to mean something.
  CHECK(*std::min_element(std::begin(seen), std::end(seen)) > 500);
  CHECK(doubtful > 2000);
}
