// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/shadow.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Kind = FirstFactor::Kind;

bool shadows(void (*write_earlier)(RuleSettings&), void (*write_later)(RuleSettings&)) {
  RuleSettings earlier;
  RuleSettings later;
  write_earlier(earlier);
  write_later(later);
  return covers(earlier, later);
}

const auto kEverybody = [](RuleSettings&) {};

}  // namespace

TEST(who_is_about_everybody_shadows_all_and_is_shadowed_by_such_alone) {
  CHECK(shadows(kEverybody, kEverybody));
  CHECK(shadows(kEverybody, [](RuleSettings& rule) { rule.users = {"bob"}; }));
  CHECK(!shadows([](RuleSettings& rule) { rule.users = {"bob"}; }, kEverybody));
}

TEST(every_key_must_be_covered) {
  const auto both = [](RuleSettings& rule) {
    rule.users = {"bob"};
    rule.services = {"sshd", "su"};
  };
  CHECK(shadows([](RuleSettings& rule) { rule.users = {"bob", "alice"}; }, both));
  CHECK(shadows(both, [](RuleSettings& rule) {
    rule.users = {"bob"};
    rule.services = {"su"};
    rule.from = {{}};
  }));
  CHECK(!shadows(both, [](RuleSettings& rule) { rule.users = {"bob"}; }));
  CHECK(!shadows([](RuleSettings& rule) { rule.services = {"sshd"}; }, both));
  // Who is in a group is not looked up.
  CHECK(!shadows([](RuleSettings& rule) { rule.groups = {"ops"}; },
                 [](RuleSettings& rule) { rule.users = {"bob"}; }));
}

TEST(networks_cover_smaller_ones) {
  const auto wide = [](RuleSettings& rule) { rule.from = {network_from("10.0.0.0/8")}; };
  CHECK(shadows(wide, [](RuleSettings& rule) { rule.from = {network_from("10.20.0.0/16")}; }));
  CHECK(!shadows(wide, [](RuleSettings& rule) { rule.from = {network_from("0.0.0.0/0")}; }));
  CHECK(!shadows(wide, [](RuleSettings& rule) { rule.from = {network_from("10.20.0.0/16"), {}}; }));
}

TEST(a_publickey_covers_its_kinds) {
  const auto keys = [](RuleSettings& rule) { rule.first = {{Kind::publickey}}; };
  CHECK(shadows(keys, [](RuleSettings& rule) {
    rule.first = {{Kind::sk}, {Kind::cert, "SHA256:x"}};
  }));
  CHECK(!shadows(keys, [](RuleSettings& rule) { rule.first = {{Kind::password}}; }));
  CHECK(!shadows(
      [](RuleSettings& rule) {
        rule.first = {{Kind::cert, "SHA256:x"}};
      },
      [](RuleSettings& rule) { rule.first = {{Kind::cert}}; }));
  CHECK(shadows([](RuleSettings& rule) { rule.first = {{Kind::cert}}; },
                [](RuleSettings& rule) {
                  rule.first = {{Kind::cert, "SHA256:x"}};
                }));
}
