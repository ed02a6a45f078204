// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/usage.h"

#include <algorithm>

namespace sms2fa {

namespace {

constexpr size_t kLine = 90;
// Behind a longer label the meaning begins a line of its own.
constexpr size_t kWidestLabel = 16;
constexpr size_t kIndent = 2;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// The words behind what the first line has already, which ends with a blank where one belongs; each
// other line is indented.
std::string in_lines(std::string line, const std::vector<std::string>& words, size_t indent) {
  std::string text;
  bool begins = true;
  for (const std::string& word : words) {
    if (!begins && line.size() + 1 + word.size() > kLine) {
      text += line + "\n";
      line.assign(indent, ' ');
      begins = true;
    }
    line += (begins ? "" : " ") + word;
    begins = false;
  }
  return text + line + "\n";
}

std::string paragraphs(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find("\n\n"), text.size());
    lines += (lines.empty() ? "" : "\n") + in_lines("", words_of(text.substr(0, end)), 0);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return lines;
}

// "  LABEL   meaning", the meanings below each other.
struct Entry {
  std::string label;
  std::string_view meaning;
};

std::string entries(const std::vector<Entry>& all) {
  size_t widest = 0;
  for (const Entry& entry : all)
    if (entry.label.size() <= kWidestLabel) widest = std::max(widest, entry.label.size());
  const size_t column = kIndent + widest + kIndent;
  std::string text;
  for (const Entry& entry : all) {
    std::string line = std::string(kIndent, ' ') + entry.label;
    if (line.size() + kIndent > column) {
      text += line + "\n";
      line.clear();
    }
    line.resize(column, ' ');
    text += in_lines(std::move(line), words_of(entry.meaning), column);
  }
  return text;
}

std::string with_value(const Option& option) {
  const std::string name = std::string("--") + option.name;
  return *option.value == '\0' ? name : name + " " + option.value;
}

std::string label_of(const Option& option) {
  return (option.letter != 0 ? std::string{'-', option.letter, ',', ' '} : "") + with_value(option);
}

std::string optional(const std::string& word) {
  return "[" + word + "]";
}

// With what must stand behind its name, but for words of its own.
std::string label_of(const Command& command) {
  std::string label = command.name;
  for (const Operand& operand : command.operands)
    if (!operand.may_miss && choices_of(operand.name).empty())
      label += " " + std::string(operand.name);
  return label;
}

}  // namespace

std::vector<std::string_view> choices_of(std::string_view value) {
  std::vector<std::string_view> words;
  if (value.find('|') == std::string_view::npos || value.find(' ') != std::string_view::npos)
    return words;
  for (;;) {
    const size_t end = value.find('|');
    words.push_back(value.substr(0, end));
    if (end == std::string_view::npos) return words;
    value.remove_prefix(end + 1);
  }
}

std::vector<std::string> synopsis_of(const Command& command) {
  std::vector<std::string> words = {"sms2fa", command.name};
  for (const Operand& operand : command.operands) {
    const std::string word = std::string(operand.name) + (operand.is_repeated ? "..." : "");
    words.push_back(operand.may_miss ? optional(word) : word);
  }
  for (const Option& option : command.options)
    words.push_back(option.is_needed ? with_value(option) : optional(with_value(option)));
  return words;
}

std::string usage_of(const Command& command) {
  const std::string begin = "usage: ";
  const std::string called = std::string("sms2fa ") + command.name + " ";
  std::vector<Entry> options;
  for (const Option& option : command.options)
    options.push_back({label_of(option), option.meaning});
  return in_lines(begin, synopsis_of(command), begin.size() + called.size()) + "\n" +
         paragraphs(command.description) + entries(options) +
         "\nexample: " + std::string(command.example);
}

std::string usage_of(std::span<const Command> commands) {
  std::vector<Entry> all;
  for (const Command& command : commands) all.push_back({label_of(command), command.summary});
  return "usage: sms2fa COMMAND [ARGUMENT...]\n"
         "\n"
         "Looks after PAM logins with a code by text message.\n" +
         entries(all) +
         "\n"
         "  --help      this text, or with a command what that one takes\n"
         "  --version   the program's version\n"
         "\n"
         "example: sudo sms2fa check\n"
         "\n"
         "Exit codes: 0 done, 1 a negative answer, 64 usage, 66 cannot read, 67 no such user,\n"
         "69 provider or daemon unreachable, 73 cannot write, 75 try later, 77 not permitted,\n"
         "78 configuration.";
}

}  // namespace sms2fa
