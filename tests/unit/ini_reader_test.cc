// SPDX-License-Identifier: Apache-2.0
#include "lib/config/ini_reader.h"

#include <fcntl.h>

#include <stdexcept>

#include "lib/base/trusted_file.h"
#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;

namespace {

// Writes down what it is told: "1[section] 2section.key=value".
class Notes final : public IniVisitor {
 public:
  void section(std::string_view name, unsigned line) override {
    note(std::to_string(line) + "[" + std::string(name) + "]");
  }
  void key(std::string_view section, std::string_view key, std::string_view value,
           unsigned line) override {
    note(std::to_string(line) + std::string(section) + "." + std::string(key) + "=" +
         std::string(value));
  }
  std::string text;

 private:
  void note(const std::string& what) { text += (text.empty() ? "" : " ") + what; }
};

struct Outcome {
  std::string seen;
  std::string diagnostics;
};

Outcome read(std::string_view content) {
  const test::ScratchDirectory directory;
  const auto fd = open_trusted(directory.write("f", content));
  Notes notes;
  Diagnostics diagnostics("f");
  read_ini(fd->get(), notes, diagnostics);
  return {notes.text, diagnostics.empty() ? "" : diagnostics.to_error().message};
}

void check_refused(std::string_view content, std::string_view complaint) {
  CHECK_EQ(read(content).diagnostics, complaint);
}

}  // namespace

TEST(sections_keys_and_their_lines) {
  const auto [seen, diagnostics] = read("\n[a]\nk = v\n\n[b c]\n  \nx=y z\n");
  CHECK_EQ(seen, "2[a] 3a.k=v 5[b c] 7b c.x=y z");
  CHECK_EQ(diagnostics, "");
}

TEST(an_empty_file_and_one_without_a_last_newline_are_fine) {
  CHECK_EQ(read("").seen, "");
  CHECK_EQ(read("").diagnostics, "");
  CHECK_EQ(read("[a]\nk=v").seen, "1[a] 2a.k=v");
}

TEST(carriage_returns_at_line_ends_are_dropped) {
  CHECK_EQ(read("[a]\r\nk = v\r\n").seen, "1[a] 2a.k=v");
  check_refused("[a]\nk = v\rw\n", "f:2: the line holds a control character");
}

TEST(comments_stand_alone_or_behind_a_blank_and_a_semicolon) {
  CHECK_EQ(read("# one\n; two\n  ; three\n[a] ; four\nk = v ; five\n").seen, "4[a] 5a.k=v");
  CHECK_EQ(read("[a]\nk = v;w\nl = v # w\nm = {}: ;\n").seen, "1[a] 2a.k=v;w 3a.l=v # w 4a.m={}:");
}

TEST(letter_case_and_quotes_are_kept) {
  CHECK_EQ(read("[A]\nKey = \"V\"\n").seen, "1[A] 2A.Key=\"V\"");
}

TEST(values_may_hold_equal_signs_colons_and_brackets) {
  CHECK_EQ(read("[a]\nk = {host}: a=b [c]\n").seen, "1[a] 2a.k={host}: a=b [c]");
}

TEST(a_byte_order_mark_counts_only_at_the_start) {
  CHECK_EQ(read("\xef\xbb\xbf[a]\nk = v\n").seen, "1[a] 2a.k=v");
  check_refused("# c\n\xef\xbb\xbf[a]\n", "f:2: the line stands before the first [section]");
}

TEST(comments_of_any_length_are_dropped) {
  const std::string comment = "#" + std::string(1 << 20, '=');
  const auto [seen, diagnostics] = read(comment + "\n[a]\n;" + comment + "\nk = v\n" + comment);
  CHECK_EQ(seen, "2[a] 4a.k=v");
  CHECK_EQ(diagnostics, "");
}

TEST(the_longest_line_and_one_byte_more) {
  const std::string longest = "k=" + std::string(197, 'v');
  CHECK_EQ(read("[a]\n" + longest + "\n").seen, "1[a] 2a." + longest);
  CHECK_EQ(read("[a]\n" + longest + "\r\n").seen, "1[a] 2a." + longest);
  check_refused("[a]\n" + longest + "v\n", "f:2: the line is over 199 bytes");
}

TEST(a_line_of_a_mebibyte_is_one_complaint_and_the_count_goes_on) {
  const auto [seen, diagnostics] = read("[a]\nk = " + std::string(1 << 20, '=') + "\nl\nm = v\n");
  CHECK_EQ(seen, "1[a] 4a.m=v");
  CHECK_EQ(diagnostics,
           "f:2: the line is over 199 bytes\n"
           "f:3: the line has no '=' (expected: key = value)");
}

TEST(lines_across_the_buffer_s_end_stay_whole) {
  std::string content = "[a]\n";
  std::string seen = "1[a]";
  for (int i = 2; i < 3000; ++i) {
    const std::string entry = "k=" + std::string(static_cast<size_t>(i % 190) + 1, 'v');
    content += entry + "\n";
    seen += " " + std::to_string(i) + "a." + entry;
  }
  CHECK(read(content).seen == seen);
}

TEST(a_nul_is_refused_wherever_it_stands) {
  using namespace std::string_view_literals;
  check_refused("[a]\nk = v\0w\n"sv, "f:2: the line holds a NUL byte");
  check_refused("[a]\n# \0\n"sv, "f:2: the line holds a NUL byte");
  check_refused("[a]\nk = v\n\0"sv, "f:3: the line holds a NUL byte");
}

TEST(control_characters_and_bad_utf8_are_refused) {
  check_refused("[a]\nk = \x1b[31m\n", "f:2: the line holds a control character");
  check_refused("[a]\nk\v= v\n", "f:2: the line holds a control character");
  check_refused("[a]\nk = \x7f\n", "f:2: the line holds a control character");
  check_refused("[a]\nk = \xff\n", "f:2: the line is not valid UTF-8");
  check_refused("[a]\nk = \xc3\n", "f:2: the line is not valid UTF-8");
  check_refused("; caf\xe9\n[a]\n", "f:1: the line is not valid UTF-8");
  CHECK_EQ(read("[a]\nk = caf\xc3\xa9\n").diagnostics, "");
}

TEST(an_indented_line_is_no_continuation) {
  const auto [seen, diagnostics] = read("[a]\nk = v\n l = w\n\tm\n [b]\n");
  CHECK_EQ(seen, "1[a] 2a.k=v");
  CHECK_EQ(diagnostics,
           "f:3: the line is indented\n"
           "f:4: the line is indented\n"
           "f:5: the line is indented");
}

TEST(section_headers_are_whole) {
  const std::string name49(49, 's');
  CHECK_EQ(read("[" + name49 + "]\n").seen, "1[" + name49 + "]");
  check_refused("[" + name49 + "s]\n", "f:1: the line has a section name over 49 characters");
  check_refused("[" + std::string(60, 's') + "]\n",
                "f:1: the line has a section name over 49 characters");
  check_refused("[a\n", "f:1: the line has no ']' after the section's name");
  check_refused("[a] b\n", "f:1: the line has text after the section's name");
  check_refused("[a] k = v\n", "f:1: the line has text after the section's name");
  check_refused("[a]]\n", "f:1: the line has text after the section's name");
  for (const std::string_view header : {"[]", "[ a]", "[a ]", "[a ; b]", "[[a]"})
    check_refused(header, "f:1: the line has no proper name between '[' and ']'");
}

TEST(keys_under_a_bad_header_do_not_fall_to_the_section_before) {
  const auto [seen, diagnostics] = read("[a]\n[b\nk = v\nl\n[c]\nm = w\n");
  CHECK_EQ(seen, "1[a] 5[c] 6c.m=w");
  CHECK_EQ(diagnostics, "f:2: the line has no ']' after the section's name");
}

TEST(a_line_that_is_no_entry_says_what_it_lacks) {
  check_refused("k = v\n[a]\n", "f:1: the line stands before the first [section]");
  check_refused("[a]\nk\n", "f:2: the line has no '=' (expected: key = value)");
  check_refused("[a]\nk ; = v\n", "f:2: the line has no '=' (expected: key = value)");
  check_refused("[a]\nk : v\n", "f:2: the line has ':' where '=' belongs (expected: key = value)");
  check_refused("[a]\nk : v = w\n",
                "f:2: the line has ':' where '=' belongs (expected: key = value)");
  check_refused("[a]\n= v\n", "f:2: the line has no key before '='");
  check_refused("[a]\nk =\n", "f:2: the line has no value after '='");
  check_refused("[a]\nk = ; v\n", "f:2: the line has no value after '='");
}

TEST(fifty_complaints_are_kept_and_the_others_counted) {
  std::string content = "[a]\n";
  std::string expected;
  for (int i = 0; i < 60; ++i) content += "k\n";
  for (int i = 2; i < 52; ++i)
    expected += "f:" + std::to_string(i) + ": the line has no '=' (expected: key = value)\n";
  CHECK_EQ(read(content).diagnostics, expected + "f: and 10 more");
}

TEST(an_unreadable_descriptor_is_a_complaint) {
  const UniqueFd directory(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Notes notes;
  Diagnostics diagnostics("f");
  read_ini(directory.get(), notes, diagnostics);
  REQUIRE(!diagnostics.empty());
  CHECK_EQ(diagnostics.to_error().message, "f:1: cannot be read: Is a directory");
}

TEST(an_exception_of_the_visitor_comes_out_and_ends_the_reading) {
  class Thrower final : public IniVisitor {
   public:
    void section(std::string_view, unsigned) override {
      if (throw_at_section) throw std::runtime_error("section");
    }
    void key(std::string_view, std::string_view, std::string_view, unsigned) override {
      ++keys;
      throw std::runtime_error("key");
    }
    bool throw_at_section = false;
    int keys = 0;
  };
  const test::ScratchDirectory directory;
  const auto path = directory.write("f", "[a]\nk = v\nl = w\n");
  for (const bool throw_at_section : {false, true}) {
    const auto fd = open_trusted(path);
    Thrower thrower;
    thrower.throw_at_section = throw_at_section;
    Diagnostics diagnostics("f");
    std::string caught;
    try {
      read_ini(fd->get(), thrower, diagnostics);
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    CHECK_EQ(caught, throw_at_section ? "section" : "key");
    CHECK_EQ(thrower.keys, throw_at_section ? 0 : 1);
  }
}
