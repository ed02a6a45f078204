// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/script.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

namespace sms2fa::test {

namespace {

const std::set<std::string> kSections = {"module",  "items", "host",  "daemon",
                                         "prompts", "run",   "output"};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// Reads one line from left to right.
class Reader {
 public:
  explicit Reader(const Line& line) : line_(line), text_(line.text) {}

  std::vector<Word> words() {
    std::vector<Word> words;
    while (at_ < text_.size()) {
      if (text_[at_] == ' ')
        ++at_;
      else
        words.push_back(word());
    }
    return words;
  }

 private:
  Word word() {
    Word word;
    while (at_ < text_.size() && text_[at_] != ' ') {
      if (text_[at_] == '"') {
        const std::string piece = quoted_piece();
        for (size_t i = repetitions(); i > 0; --i) word.text += piece;
        word.quoted = true;
      } else {
        word.text += text_[at_++];
      }
    }
    return word;
  }

  std::string quoted_piece() {
    std::string piece;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      piece += text_[at_] == '\\' ? escaped() : text_[at_];
    if (at_++ >= text_.size()) line_.refuse("a quote is not closed");
    return piece;
  }

  char escaped() {
    if (++at_ >= text_.size()) line_.refuse("nothing behind the backslash");
    if (text_[at_] == 'n') return '\n';
    if (text_[at_] != 'x') return text_[at_];
    if (at_ + 2 >= text_.size()) line_.refuse("\\x wants two digits");
    at_ += 2;
    return static_cast<char>(std::stoi(text_.substr(at_ - 1, 2), nullptr, 16));
  }

  size_t repetitions() {
    if (at_ >= text_.size() || text_[at_] != '*') return 1;
    size_t digits = 0;
    const size_t count = std::stoul(text_.substr(at_ + 1), &digits);
    at_ += 1 + digits;
    return count;
  }

  const Line& line_;
  const std::string& text_;
  size_t at_ = 0;
};

// LINE, or COUNT times the rest of "repeat COUNT LINE".
void add(std::vector<Line>& lines, Line line) {
  size_t count = 1;
  if (line.text.rfind("repeat ", 0) == 0) {
    size_t digits = 0;
    count = std::stoul(line.text.substr(7), &digits);
    line.text = trimmed(line.text.substr(7 + digits));
  }
  lines.insert(lines.end(), count, line);
}

}  // namespace

std::vector<Word> Line::words() const {
  return Reader(*this).words();
}

void Line::refuse(const std::string& why) const {
  throw std::runtime_error(place + ": " + why + ": " + text);
}

Script Script::read(const std::string& file, const std::map<std::string, std::string>& names) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  Script script;
  std::string section;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    for (const auto& [name, value] : names) replace_all(text, "@" + name + "@", value);
    const Line line{file + ":" + std::to_string(number), trimmed(text)};
    if (line.text.empty() || line.text[0] == '#') continue;
    if (line.text[0] == '[') {
      section = line.text.substr(1, line.text.size() - 2);
      if (!kSections.contains(section)) line.refuse("no such section");
      script.sections_[section];
    } else if (section.empty()) {
      line.refuse("a line before the first section");
    } else {
      add(script.sections_[section], line);
    }
  }
  return script;
}

const std::vector<Line>& Script::section(const std::string& name) const {
  static const std::vector<Line> kNothing;
  const auto found = sections_.find(name);
  return found == sections_.end() ? kNothing : found->second;
}

std::vector<Word> Script::after(const std::string& name, std::string_view keyword) const {
  for (const auto& line : section(name)) {
    auto words = line.words();
    if (!words.empty() && words[0].is(keyword)) return {words.begin() + 1, words.end()};
  }
  return {};
}

bool Script::says(const std::string& name, std::string_view keyword) const {
  for (const auto& line : section(name))
    if (const auto words = line.words(); !words.empty() && words[0].is(keyword)) return true;
  return false;
}

std::string Script::item(std::string_view keyword, const std::string& otherwise) const {
  const auto words = after("items", keyword);
  return words.empty() ? otherwise : words[0].text;
}

std::string quoted(std::string_view text) {
  constexpr size_t kEnough = 700;
  std::string out = "\"";
  for (const char c : text.substr(0, kEnough)) {
    char byte[5] = {c};
    if (c < ' ' || c > '~' || c == '"')
      (void)snprintf(byte, sizeof byte, "\\x%02x", static_cast<unsigned>(c) & 0xff);
    out += byte;
  }
  return out + (text.size() > kEnough ? "\"..." : "\"");
}

}  // namespace sms2fa::test
