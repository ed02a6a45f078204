// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sms2fa::test {

// A word of a script. Text in double quotes may hold any byte (\n, \", \\, \xHH) and may be
// repeated: "x"*511. Only a word without quotes can be a keyword.
struct Word {
  std::string text;
  bool quoted = false;

  bool is(std::string_view keyword) const { return !quoted && text == keyword; }
};

struct Line {
  std::string place;  // FILE:NUMBER, for complaints
  std::string text;   // without the spaces around it

  // Throws std::runtime_error, as everything here does, on a line that it cannot read.
  std::vector<Word> words() const;
  [[noreturn]] void refuse(const std::string& why) const;
};

// A script: lines in sections, as scripts/README.md describes them. `repeat N LINE` stands for N
// times that line. Only the borders are known here: each section is read by whom it concerns.
class Script {
 public:
  // Each @NAME@ of `names` is replaced by its value first.
  static Script read(const std::string& file, const std::map<std::string, std::string>& names);

  const std::vector<Line>& section(const std::string& name) const;
  // The words behind `keyword` on the first line of a section that begins with it, or nothing.
  std::vector<Word> after(const std::string& section, std::string_view keyword) const;
  bool says(const std::string& section, std::string_view keyword) const;
  // The word behind `keyword` in [items], or `otherwise`.
  std::string item(std::string_view keyword, const std::string& otherwise) const;

 private:
  std::map<std::string, std::vector<Line>> sections_;
};

// What did not go as the script says, in the order in which it showed.
using Complaints = std::vector<std::string>;

// Printable, for complaints.
std::string quoted(std::string_view text);

}  // namespace sms2fa::test
