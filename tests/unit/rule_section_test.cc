// SPDX-License-Identifier: Apache-2.0
#include "lib/config/rule_section.h"

#include "tests/support/test.h"
#include "tests/unit/configuration_file.h"

using namespace sms2fa;
using namespace sms2fa::test;

namespace {

const std::string kCa = "cert:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
const std::string kExempt = "first = " + kCa + "\naction = exempt\nreason = nightly\n";

Configuration read(const std::string& sections) {
  const ScratchDirectory directory;
  auto result = read_configuration(directory.write("c", sections + std::string(kOutbox)));
  REQUIRE(result.ok());
  return std::move(*result);
}

// What is wrong with a rule of these lines, the first of which is line 2.
std::string wrong(const std::string& lines) {
  return diagnostics("[rule r]\n" + lines + std::string(kOutbox));
}

}  // namespace

TEST(rules_stand_in_the_order_of_the_file) {
  const auto rules = read("[rule z]\naction = deny\n[rule a]\naction = ask\n").rules;
  REQUIRE(rules.size() == 2);
  CHECK_EQ(rules[0].name, "z");
  CHECK_EQ(rules[0].line, 1U);
  CHECK(rules[0].action == RuleAction::deny);
  CHECK_EQ(rules[1].name, "a");
  CHECK_EQ(rules[1].line, 3U);
  CHECK(rules[1].action == RuleAction::ask);
}

TEST(every_key_is_read) {
  const auto rules =
      read(
          "[rule r]\nusers = ansible, EXAMPLE\\bob, @robots\nservices = sshd, su-l\n"
          "from = 10.20.0.0/16, 2001:db8::/48, local\n" +
          kExempt +
          "until = 2027-02-28\n"
          "[rule s]\ngroups = domain users, ops\naction = ask\nmethods = totp, backup\n"
          "first = publickey, sk, cert, password, hostbased, gssapi, none\n")
          .rules;
  REQUIRE(rules.size() == 2);
  const RuleSettings& robots = rules[0];
  CHECK((robots.users == std::vector<std::string>{"ansible", "EXAMPLE\\bob", "@robots"}));
  CHECK((robots.services == std::vector<std::string>{"sshd", "su-l"}));
  REQUIRE(robots.from.size() == 3);
  CHECK(robots.from[1] == network_from("2001:db8::/48"));
  CHECK(!robots.from[2]);
  REQUIRE(robots.first.size() == 1);
  CHECK(robots.first[0].kind == FirstFactor::Kind::cert);
  CHECK_EQ(robots.first[0].ca, kCa.substr(5));
  CHECK(robots.until == std::chrono::sys_days(std::chrono::year(2027) / 2 / 28));
  CHECK_EQ(robots.reason, "nightly");
  CHECK((rules[1].groups == std::vector<std::string>{"domain users", "ops"}));
  CHECK((rules[1].methods == Methods{Method::totp, Method::backup}));
  CHECK_EQ(rules[1].first.size(), size_t{7});
}

TEST(a_rule_says_what_it_does) {
  CHECK_EQ(wrong("users = bob\n"), "c:1: [rule r] lacks action");
  CHECK_EQ(wrong("action = pass\n"), "c:2: action: must be ask, exempt or deny");
  CHECK_EQ(diagnostics("[rule]\n" + std::string(kOutbox)), "c:1: [rule NAME] needs a name");
  CHECK_EQ(diagnostics("[rule a b]\n" + std::string(kOutbox)),
           "c:1: [rule NAME]: must be a name of 1 to 32 letters, digits, '-' or '_'");
  CHECK_EQ(diagnostics("[rule r]\naction = deny\n[rule s]\naction = ask\n[rule r]\naction = ask\n" +
                       std::string(kOutbox)),
           "c:5: [rule r] stands already in line 1\nc:6: action: stands already in line 2");
}

TEST(values_have_bounds) {
  const std::string place =
      "c:3: from: must be addresses or networks, such as 10.20.0.0/16 or 2001:db8::/48, without a "
      "bit set behind the prefix, or local; no names";
  for (const char* from :
       {"host.example", "10.20.0.1/16", "10.0.0.0/40", "localhost", "10.0.0.0/8, x"})
    CHECK_EQ(wrong("action = deny\nfrom = " + std::string(from) + "\n"), place);
  for (const char* day :
       {"2027-02-29", "2027-3-1", "2027-13-01", "31.3.2027", "2027-03-3x", "0000-00-00"})
    CHECK_EQ(wrong(kExempt + "until = " + day + "\n"),
             "c:5: until: must be a day such as 2027-03-01");
  CHECK_EQ(wrong("action = deny\nusers = @\n"), "c:3: users: must be names of 1 to 128 bytes");
  CHECK_EQ(wrong("action = deny\nusers = " + std::string(129, 'u') + "\n"),
           "c:3: users: must be names of 1 to 128 bytes");
  CHECK_EQ(wrong("action = deny\ngroups = @web\n"),
           "c:3: groups: must be groups, without an '@'; netgroups belong to users");
  CHECK_EQ(wrong("action = deny\nfirst = key\n"),
           "c:3: first: must be publickey, sk, cert, password, hostbased, gssapi or none");
  for (const char* ca : {"cert:", "cert:MD5:00", "cert:SHA256:", "cert:SHA256:47DEQ",
                         "cert:SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF="})
    CHECK_EQ(wrong("action = deny\nfirst = " + std::string(ca) + "\n"),
             "c:3: first: must name a certificate's CA as ssh-keygen -l does: cert:SHA256: and 43 "
             "characters");
}

TEST(an_exemption_says_why_until_when_and_whose_word_it_takes) {
  CHECK_EQ(wrong(kExempt + "forever = yes\n"), "");
  CHECK_EQ(wrong("action = exempt\n"),
           "c:1: [rule r] lacks reason, which action = exempt needs\n"
           "c:1: [rule r] lacks until, or forever = yes, one of which action = exempt needs\n"
           "c:1: [rule r] lacks first, which action = exempt needs");
  CHECK_EQ(wrong(kExempt + "forever = no\n"),
           "c:1: [rule r] lacks until, or forever = yes, one of which action = exempt needs");
  CHECK_EQ(wrong(kExempt + "forever = yes\nuntil = 2027-01-01\n"), "c:5: forever: excludes until");
}

TEST(what_people_could_arrange_themselves_exempts_nobody) {
  for (const char* first : {"publickey", "sk", "cert", "password", "hostbased", "gssapi", "none"})
    for (const std::string& list : {std::string(first), kCa + ", " + first})
      CHECK_EQ(wrong("first = " + list + "\naction = exempt\nreason = x\nforever = yes\n"),
               "c:2: first: with action = exempt must be cert:SHA256:…, for people can add keys "
               "and CAs of their own");
}

TEST(what_does_not_go_together_is_refused) {
  CHECK_EQ(wrong("users = bob\ngroups = ops\naction = deny\n"),
           "c:2: users: stands beside groups; write a rule for each");
  CHECK_EQ(wrong("action = deny\nmethods = totp\n"), "c:3: methods: needs action = ask");
  CHECK_EQ(wrong("action = ask\nuntil = 2027-01-01\nforever = yes\n"),
           "c:3: until: needs action = exempt\nc:4: forever: needs action = exempt");
}
