// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/qr_code.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

constexpr const char* kUri = "otpauth://totp/web01:carol?secret=GEZDGNBVGY3TQOJQ&issuer=web01";
constexpr std::string_view kBlackOnWhite = "\033[38;5;16;48;5;231m";
constexpr std::string_view kPlain = "\033[0m";
constexpr size_t kQuiet = 4;

using Picture = std::vector<std::vector<bool>>;  // rows of modules; true where ink is

// The blocks of one line: of its upper half in `upper`, of its lower half in `lower`.
void read_blocks(std::string_view line, std::vector<bool>& upper, std::vector<bool>& lower) {
  while (!line.empty()) {
    const size_t length = line[0] == ' ' ? 1 : 3;
    const std::string_view block = line.substr(0, length);
    REQUIRE(block == " " || block == "\u2580" || block == "\u2584" || block == "\u2588");
    upper.push_back(block == "\u2580" || block == "\u2588");
    lower.push_back(block == "\u2584" || block == "\u2588");
    line.remove_prefix(length);
  }
}

Picture read_screen(const std::string& text, std::string_view before, std::string_view after) {
  Picture picture;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    REQUIRE(line.starts_with(before) && line.ends_with(after));
    const std::string_view whole = line;
    std::vector<bool> upper;
    std::vector<bool> lower;
    read_blocks(whole.substr(before.size(), whole.size() - before.size() - after.size()), upper,
                lower);
    picture.push_back(upper);
    picture.push_back(lower);
  }
  return picture;
}

Picture negative_of(Picture picture) {
  for (auto& row : picture) row.flip();
  return picture;
}

// The square that readers look for, and white around it, at the upper left.
bool has_a_corner(const Picture& picture) {
  for (size_t row = 0; row < kQuiet + 8; ++row)
    for (size_t column = 0; column < kQuiet + 8; ++column) {
      const auto ring = [](size_t at) {
        return at < kQuiet + 3 ? kQuiet + 3 - at : at - kQuiet - 3;
      };
      const size_t distance = std::max(ring(row), ring(column));
      if (picture.at(row).at(column) != (distance <= 1 || distance == 3)) return false;
    }
  return true;
}

}  // namespace

TEST(with_colours_it_is_black_on_white) {
  const auto code = QrCode::of(kUri);
  REQUIRE(code.ok());
  const Picture picture = read_screen(code->for_terminal(true), kBlackOnWhite, kPlain);
  REQUIRE(picture.size() > 29);
  CHECK(picture.size() - picture[0].size() <= 1);  // two modules a line
  CHECK(has_a_corner(picture));
}

// Into a file or a pipe: what is written there is light when a dark terminal shows it.
TEST(without_colours_it_is_the_same_with_light_for_ink) {
  const auto code = QrCode::of(kUri);
  REQUIRE(code.ok());
  const std::string plain = code->for_terminal(false);
  CHECK(plain.find('\033') == std::string::npos);
  const Picture light = negative_of(read_screen(plain, "", ""));
  CHECK(has_a_corner(light));
  CHECK(light == read_screen(code->for_terminal(true), kBlackOnWhite, kPlain));
}
