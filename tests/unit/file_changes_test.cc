// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/file_changes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using test::ScratchDirectory;

namespace {

std::optional<std::string> text_of(const std::string& path) {
  const auto text = read_system_file(path);
  REQUIRE(text.ok());
  return *text;
}

}  // namespace

TEST(a_difference_has_three_lines_around_it) {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n";
  const std::string after = "1\n2\n3\n4\nnew\n5\n6\n7\n8\n";
  CHECK_EQ(difference({"/f", before, after}),
           std::string("--- /f\n+++ /f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7"));
  CHECK_EQ(difference({"/f", std::nullopt, "new\n"}),
           std::string("--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+new"));
  CHECK_EQ(
      difference({"/f", "old", std::nullopt}),
      std::string("--- /f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-old\n\\ No newline at end of file"));
  CHECK_EQ(difference({"/f", before, before}), std::string());
}

TEST(what_a_file_holds_does_not_steer_the_terminal) {
  const std::string shown = difference({"/f", "", "a\tb\x1b[2J\n"});
  CHECK(shown.find("+a\tb\\x1b[2J") != std::string::npos);
}

TEST(all_changes_are_made_or_none) {
  ScratchDirectory scratch;
  const std::string one = scratch.path() + "/one";
  const std::string two = scratch.path() + "/two";
  const FileChange first = {one, std::nullopt, "1"};
  CHECK(!make_changes({first, {two, "was", "2"}}).ok());
  CHECK(!text_of(one).has_value());
  CHECK(make_changes({first, {two, std::nullopt, "2"}}).ok());
  CHECK_EQ(text_of(two).value_or(""), std::string("2"));
  CHECK(take_back({first, {two, std::nullopt, "2"}}).ok());
  CHECK(!text_of(one).has_value() && !text_of(two).has_value());
}

TEST(a_replaced_file_keeps_its_mode) {
  ScratchDirectory scratch;
  const std::string path = scratch.path() + "/file";
  std::ofstream(path) << "old";
  chmod(path.c_str(), 0604);
  CHECK(make_changes({{path, "old", "new"}}).ok());
  struct stat info {};
  CHECK_EQ(stat(path.c_str(), &info), 0);
  CHECK_EQ(info.st_mode & 07777, mode_t{0604});
}

TEST(links_and_pipes_are_no_files) {
  ScratchDirectory scratch;
  const std::string link = scratch.path() + "/link";
  const std::string pipe = scratch.path() + "/pipe";
  CHECK_EQ(symlink("/etc/passwd", link.c_str()), 0);
  CHECK_EQ(mkfifo(pipe.c_str(), 0600), 0);
  CHECK(!read_system_file(link).ok());
  CHECK(!read_system_file(pipe).ok());
}
