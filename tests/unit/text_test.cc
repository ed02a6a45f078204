// SPDX-License-Identifier: Apache-2.0
#include "lib/base/text.h"

#include "tests/support/test.h"

using namespace sms2fa;

TEST(escape_leaves_plain_text_alone) {
  CHECK_EQ(escape("alice@web01 10.0.0.1"), "alice@web01 10.0.0.1");
}

TEST(escape_keeps_one_line_one_line) {
  CHECK_EQ(escape("a\nb\x1b[31m\"\\\x7f"), "a\\x0ab\\x1b[31m\\x22\\x5c\\x7f");
}

TEST(escape_marks_what_it_cut) {
  CHECK_EQ(escape("abcdefghij", 8), "abcde...");
  CHECK_EQ(escape("abcdefgh", 8), "abcdefgh");
  CHECK_EQ(escape("abc\n\n\n", 8), "abc...");
}

TEST(utf8_refuses_overlong_surrogates_and_stray_bytes) {
  CHECK(is_valid_utf8("plain"));
  CHECK(is_valid_utf8("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
  CHECK(!is_valid_utf8("\xc0\xaf"));
  CHECK(!is_valid_utf8("\xe0\x80\xaf"));
  CHECK(!is_valid_utf8("\xed\xa0\x80"));
  CHECK(!is_valid_utf8("\xf4\x90\x80\x80"));
  CHECK(!is_valid_utf8("\x80"));
  CHECK(!is_valid_utf8("\xe2\x82"));
}

TEST(gsm7_counts_extension_characters_twice) {
  CHECK_EQ(gsm7_length("abc"), 3u);
  CHECK_EQ(gsm7_length("{}"), 4u);
  CHECK_EQ(gsm7_length("`"), 0u);
  CHECK_EQ(gsm7_length("\xc3\xa9"), 0u);
}

TEST(placeholders_are_replaced_once) {
  CHECK_EQ(replace_placeholder("{a} and {a}", "a", "{a}"), "{a} and {a}");
  CHECK_EQ(replace_placeholder("no mark", "a", "x"), "no mark");
}

TEST(trim_drops_blanks_at_both_ends) {
  CHECK_EQ(trim("  a b\t"), "a b");
  CHECK_EQ(trim(" \t"), "");
}

TEST(ascii_lower_leaves_other_bytes_alone) {
  CHECK_EQ(ascii_lower("AbZ\xc3\x89"), "abz\xc3\x89");
}
