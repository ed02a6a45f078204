// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/sudoers.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// As sudo 1.9.13 prints them.
std::string said(const std::string& defaults, const std::string& entries) {
  return (defaults.empty()
              ? ""
              : "Matching Defaults entries for alice on web01:\n    " + defaults + "\n\n") +
         "User alice may run the following commands on web01:\n\n" + entries;
}

std::string entry(const std::string& users, const std::string& options,
                  const std::string& commands) {
  return "Sudoers entry: /etc/sudoers\n    RunAsUsers: " + users + "\n" +
         (options.empty() ? "" : "    Options: " + options + "\n") + "    Commands:\n\t" +
         commands + "\n\n";
}

const std::string kEverything = entry("ALL", "", "ALL");

SudoRights of(const std::string& defaults, const std::string& entries = kEverything) {
  return read_sudo_rights(said(defaults, entries));
}

}  // namespace

TEST(who_may_run_everything_as_root_becomes_root) {
  CHECK(of("").becomes_root);
  CHECK(of("", entry("root", "", "ALL")).becomes_root);
  CHECK(of("", entry("#0", "", "ALL")).becomes_root);
  CHECK(!of("", entry("bob", "", "ALL")).becomes_root);
  CHECK(!of("", entry("ALL, !root", "", "ALL")).becomes_root);
  CHECK(!of("", entry("ALL", "", "/bin/ls\n\t/bin/id")).becomes_root);
  CHECK(of("", entry("ALL", "", "!/bin/sh\n\tALL")).becomes_root);
  CHECK(!read_sudo_rights("User alice is not allowed to run sudo on web01.\n").becomes_root);
  CHECK(!read_sudo_rights("").becomes_root);
}

TEST(nopasswd_counts_for_what_becomes_root) {
  CHECK(!of("").unasked);
  CHECK(of("", entry("ALL", "!authenticate", "ALL")).unasked);
  CHECK(!of("", entry("ALL", "!authenticate", "/bin/ls") + kEverything).unasked);
  CHECK(of("", kEverything + entry("ALL", "setenv, !authenticate", "ALL")).unasked);
  CHECK(!of("", entry("ALL", "!authenticate", "ALL") + kEverything).unasked);
  CHECK(of("!authenticate").unasked);
  CHECK(!of("!authenticate", entry("ALL", "authenticate", "ALL")).unasked);
}

TEST(whose_password_is_asked_for) {
  CHECK_EQ(of("env_reset").asked, "");
  CHECK_EQ(of("targetpw").asked, "root");
  CHECK_EQ(of("env_reset, rootpw").asked, "root");
  CHECK_EQ(of("targetpw, !targetpw").asked, "");
  CHECK_EQ(of("runaspw, runas_default=eve").asked, "eve");
  CHECK_EQ(of("runas_default=eve").asked, "");
  CHECK_EQ(of("rootpw, runaspw, runas_default=eve").asked, "root");
}

TEST(settings_in_quotes_are_no_settings) {
  CHECK_EQ(of("badpass_message=\"no, targetpw, no\", env_reset").asked, "");
  CHECK_EQ(of("secure_path=/bin\\:/sbin\\,targetpw").asked, "");
}

TEST(settings_go_on_in_the_next_line) {
  CHECK_EQ(of("env_reset,\n    rootpw").asked, "root");
}

TEST(names_of_sudoers) {
  const auto names = read_sudo_names(R"({
    "User_Aliases": {"ADMINS": [{"username": "alice"}, {"usergroup": "ops"}]},
    "User_Specs": [{"User_List": [{"username": "root"}, {"useralias": "ADMINS"}]},
                   {"User_List": [{"usergroup": "sudo"}, {"userid": 7}]}]})");
  if (!CHECK(names.has_value())) return;
  CHECK(names->users == (std::set<std::string>{"alice", "root"}));
  CHECK(names->groups == (std::set<std::string>{"ops", "sudo"}));
}

TEST(what_is_no_json_names_nobody) {
  CHECK(!read_sudo_names("sudoers: syntax error").has_value());
  CHECK(!read_sudo_names("[]").has_value());
  CHECK(!read_sudo_names(R"({"User_Specs": [{"User_List": [{"username": 7}]}]})").has_value());
}
