// SPDX-License-Identifier: Apache-2.0
#include "lib/config/users_file.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;

namespace {

struct Outcome {
  std::string seen;
  std::string diagnostics;
};

Result<void> refuse_bad_number(const UserLine& user) {
  if (user.phone == "bad") return make_error(ErrorKind::configuration, "the number is bad");
  return {};
}

// "alice:+1 bob:2:totp,sms", and what was wrong with it.
Outcome read(std::string_view content) {
  const test::ScratchDirectory directory;
  Outcome outcome;
  const auto result = read_users_file(directory.write("u", content), [&](const UserLine& user) {
    outcome.seen +=
        (outcome.seen.empty() ? "" : " ") + std::string(user.name) + ":" + std::string(user.phone);
    char separator = ':';
    for (const Method method : user.methods) {
      outcome.seen += separator + std::string(to_string(method));
      separator = ',';
    }
    return refuse_bad_number(user);
  });
  if (!result) outcome.diagnostics = directory.without_path(result.error().message);
  return outcome;
}

void check_refused(std::string_view content, std::string_view complaint) {
  CHECK_EQ(read(content).diagnostics, complaint);
}

}  // namespace

TEST(both_forms_are_read) {
  const auto [seen, diagnostics] = read(
      "# people\n"
      "[users]\n"
      "alice = +353 85 123 4567\n"
      "carol = 0861234567   ; moves soon\n"
      "[user bob]\n"
      "phone = 0861234567\n"
      "methods = totp, sms, voice, backup\n"
      "[user dave]\n"
      "methods = totp\n"
      "[user erin]\n"
      "phone = +15550100\n");
  CHECK_EQ(seen,
           "alice:+353 85 123 4567 carol:0861234567 bob:0861234567:totp,sms,voice,backup "
           "dave::totp erin:+15550100");
  CHECK_EQ(diagnostics, "");
}

TEST(nobody_is_fine) {
  CHECK_EQ(read("").diagnostics, "");
  CHECK_EQ(read("[users]\n").diagnostics, "");
}

TEST(names_differ_in_letter_case) {
  const auto [seen, diagnostics] = read("[users]\nalice = +1\nAlice = +2\n");
  CHECK_EQ(seen, "alice:+1 Alice:+2");
  CHECK_EQ(diagnostics, "");
}

TEST(a_name_stands_once_across_both_forms) {
  check_refused("[users]\nalice = +1\nbob = +2\nalice = +3\n",
                "u:4: this user stands already in line 2");
  check_refused("[users]\nalice = +1\n[user alice]\nphone = +2\n",
                "u:3: this user stands already in line 2");
  check_refused("[user bob]\nphone = +1\n[user bob]\nphone = +1\n",
                "u:3: this user stands already in line 1");
  check_refused("[users]\na = +1\na = +1\na = +1\n",
                "u:3: this user stands already in line 2\n"
                "u:4: this user stands already in line 3");
}

TEST(unusual_names_are_allowed) {
  const std::string longest(190, 'n');
  const auto [seen, diagnostics] = read("[users]\nDOM\\j.o'b+x@y$ = +1\nj\xc3\xb6rg = +2\n" +
                                        longest + " = +3\n0 = +4\n_a-b = +5\n");
  CHECK_EQ(seen, "DOM\\j.o'b+x@y$:+1 j\xc3\xb6rg:+2 " + longest + ":+3 0:+4 _a-b:+5");
  CHECK_EQ(diagnostics, "");
}

TEST(names_that_no_account_has_are_refused) {
  const std::string_view reason =
      "a user's name must be 1 to 255 bytes without blanks, ':' and '/', and not begin with '-'";
  for (const std::string_view name : {"-rf", "a b", "../a", "a/b", "a\tb"})
    check_refused("[users]\n" + std::string(name) + " = +1\n", "u:2: " + std::string(reason));
  check_refused("[user -rf]\nphone = +1\n", "u:1: " + std::string(reason));
  check_refused("[user a b]\nphone = +1\n", "u:1: " + std::string(reason));
}

TEST(unknown_sections_and_keys_come_with_the_nearest) {
  check_refused("[user]\nalice = +1\n", "u:1: unknown section user; did you mean users?");
  check_refused("[nobody]\nalice = +1\n", "u:1: unknown section nobody");
  check_refused("[user bob]\nphone = +1\nmethod = sms\n",
                "u:3: unknown key method; did you mean methods?");
}

TEST(sections_and_keys_stand_once) {
  check_refused("[users]\na = +1\n[users]\nb = +1\n", "u:3: [users] stands already in line 1");
  check_refused("[user bob]\nphone = +1\nphone = +2\n", "u:3: phone: stands already in line 2");
  check_refused("[user bob]\nmethods = totp\nmethods = totp\n",
                "u:3: methods: stands already in line 2");
}

TEST(methods_are_known_and_stand_once) {
  check_refused("[user bob]\nphone = +1\nmethods = sms, email\n",
                "u:3: methods: must be a list of sms, voice, totp and backup");
  check_refused("[user bob]\nphone = +1\nmethods = SMS\n",
                "u:3: methods: must be a list of sms, voice, totp and backup");
  check_refused("[user bob]\nphone = +1\nmethods = sms, totp, sms\n",
                "u:3: methods: names the same item twice");
  check_refused("[user bob]\nphone = +1\nmethods = sms,\n",
                "u:3: methods: has an empty item in its list");
}

TEST(only_people_without_messages_may_lack_a_phone) {
  check_refused(
      "[user bob]\n[user eve]\nmethods = totp, voice\n[user dan]\nmethods = totp, backup\n",
      "u:1: [user bob] lacks phone\n"
      "u:2: [user eve] lacks phone");
}

TEST(the_visitor_s_errors_get_the_number_s_line) {
  check_refused("[users]\na = +1\nb = bad\n[user c]\nmethods = sms\nphone = bad\n",
                "u:3: the number is bad\n"
                "u:6: the number is bad");
}

TEST(an_untrusted_file_is_not_read) {
  const test::ScratchDirectory directory;
  const auto result = read_users_file(directory.write("u", "[users]\n", 0644),
                                      [](const UserLine&) { return Result<void>(); });
  REQUIRE(!result.ok());
  CHECK(result.error().kind == ErrorKind::permission);
}

TEST(a_million_people) {
  std::string content = "[users]\n";
  constexpr size_t kPeople = 1000000;
  for (size_t i = 0; i < kPeople; ++i)
    content += "user" + std::to_string(i) + " = +35385" + std::to_string(1000000 + i) + "\n";
  const test::ScratchDirectory directory;
  const auto path = directory.write("u", content);
  size_t people = 0;
  const auto count = [&](const UserLine&) {
    ++people;
    return Result<void>();
  };
  const auto begin = std::chrono::steady_clock::now();
  const auto result = read_users_file(path, count);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(result.ok());
  CHECK_EQ(people, kPeople);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("a million people read and checked in %.3f s, peak RSS %ld KiB with the text\n",
              took.count(), usage.ru_maxrss);

  directory.write("u", content + "user5 = +1\n");
  const auto refused = read_users_file(path, count);
  REQUIRE(!refused.ok());
  CHECK_EQ(directory.without_path(refused.error().message),
           "u:1000002: this user stands already in line 7");
}
