// SPDX-License-Identifier: Apache-2.0
#include "pam_module/module_args.h"

#include <string>
#include <vector>

#include "tests/pam/intercept.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

struct Parsed {
  bool good = false;
  ModuleArgs args;
  size_t diagnostics = 0;
};

Parsed parse(std::vector<const char*> words) {
  test::clear_log();
  Parsed parsed;
  parsed.good =
      parse_module_args(nullptr, static_cast<int>(words.size()), words.data(), parsed.args);
  parsed.diagnostics = test::log_lines().size();
  return parsed;
}

}  // namespace

TEST(without_arguments_the_defaults_stand) {
  const Parsed parsed = parse({});
  CHECK(parsed.good);
  CHECK_EQ(parsed.args.socket,
           std::string(geteuid() == 0 ? "/run/sms2fa/auth.sock" : "/run/sms2fa/user.sock"));
  CHECK(!parsed.args.debug);
  CHECK(!parsed.args.first_proved);
}

TEST(a_line_may_say_that_the_first_factor_is_proved) {
  CHECK(parse({"first=proved"}).args.first_proved);
  for (const char* word : {"first=", "first", "first=proven", "first=proved ", "FIRST=proved"}) {
    const Parsed parsed = parse({word});
    CHECK(!parsed.good);
    CHECK(!parsed.args.first_proved);
  }
}

TEST(known_arguments_are_taken_in_any_order) {
  for (const auto& words : {std::vector<const char*>{"socket=/s", "debug"},
                            std::vector<const char*>{"debug", "socket=/s"}}) {
    const Parsed parsed = parse(words);
    CHECK(parsed.good);
    CHECK(parsed.args.debug);
    CHECK_EQ(parsed.args.socket, std::string("/s"));
    CHECK_EQ(parsed.diagnostics, 0u);
  }
}

TEST(each_wrong_argument_is_named) {
  const std::string too_long = "socket=/" + std::string(107, 'x');
  const std::vector<const char*> wrong = {
      "",           "Debug",     "debug=",     "debug=1",        "debugging",
      "socket",     "socket=",   "socket= /s", "Socket=/s",      "socket=run/s",
      "socket=./s", "socket=@s", "no_warn",    "use_first_pass", too_long.c_str()};
  for (const char* word : wrong) {
    const Parsed parsed = parse({word});
    CHECK(!parsed.good);
    CHECK_EQ(parsed.diagnostics, 1u);
  }
  const Parsed all = parse(wrong);
  CHECK(!all.good);
  CHECK_EQ(all.diagnostics, wrong.size());
}

TEST(a_right_argument_does_not_heal_a_wrong_one) {
  CHECK(!parse({"nonsense", "socket=/s"}).good);
  CHECK(!parse({"socket=/s", "nonsense"}).good);
}

TEST(the_log_line_is_one_printable_line) {
  (void)parse({"\x1b[2J\nJan 1 00:00:00 forged"});
  const auto lines = test::log_lines();
  REQUIRE(lines.size() == 1);
  for (const char c : lines[0]) CHECK(c >= ' ' && c <= '~');
}
