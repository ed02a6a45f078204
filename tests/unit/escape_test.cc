// SPDX-License-Identifier: Apache-2.0
#include "lib/base/escape.h"

#include <array>
#include <string>

#include "lib/base/text.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string escaped(std::string_view text, size_t size) {
  std::string out(size + 8, '#');
  const size_t length = escape_into(out.data(), size, text);
  CHECK(length < size);
  CHECK_EQ(out[length], '\0');
  // Nothing behind the capacity was touched.
  CHECK(out.substr(size) == std::string(8, '#'));
  return out.substr(0, length);
}

}  // namespace

TEST(printable_text_stands) {
  CHECK_EQ(escaped("alice@192.0.2.7 {%n} [x]~", 64), "alice@192.0.2.7 {%n} [x]~");
  CHECK_EQ(escaped("", 4), "");
}

TEST(every_other_byte_becomes_hexadecimal) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const std::string shown = escaped({&c, 1}, 16);
    const bool plain = i >= 0x20 && i < 0x7f && c != '\\' && c != '"';
    if (plain) {
      CHECK_EQ(shown, std::string(1, c));
    } else {
      constexpr const char* kHex = "0123456789abcdef";
      CHECK_EQ(shown, std::string("\\x") + kHex[i >> 4] + kHex[i & 15]);
    }
  }
}

TEST(a_word_has_no_blanks) {
  char out[64];
  CHECK_EQ(escape_word_into(out, sizeof out, "x rhost=192.0.2.66\t\\"), 29u);
  CHECK_EQ(std::string(out), "x\\x20rhost=192.0.2.66\\x09\\x5c");
}

TEST(a_text_that_just_fits_is_whole) {
  CHECK_EQ(escaped("abcdef", 7), "abcdef");
  CHECK_EQ(escaped("abcdef", 6), "ab...");
  CHECK_EQ(escaped("\n\n", 9), "\\x0a\\x0a");
}

TEST(a_text_that_is_too_long_ends_in_an_ellipsis_and_never_in_half_an_escape) {
  CHECK_EQ(escaped(std::string(100, 'a'), 10), "aaaaaa...");
  CHECK_EQ(escaped("\n\n\n", 12), "\\x0a\\x0a...");
  CHECK_EQ(escaped("\n\n\n", 11), "\\x0a...");
  CHECK_EQ(escaped("\n\n\n", 4), "...");
  for (size_t size = 4; size < 40; ++size) {
    const std::string shown = escaped("a\nb\nc\nd\ne\nf\ng\nh", size);
    const size_t last = shown.rfind('\\');
    if (last != std::string::npos) CHECK(last + 4 <= shown.size());
  }
}

TEST(the_string_form_cuts_at_the_given_length) {
  CHECK_EQ(escape("abcdef", 6), "abcdef");
  CHECK_EQ(escape("abcdefg", 6), "abc...");
  CHECK_EQ(escape("abcdefg", 0), "...");
  CHECK_EQ(escape(std::string(1000, 'x')).size(), 128u);
}
