// SPDX-License-Identifier: Apache-2.0
#include "programs/describe/completions.h"

#include <string_view>
#include <vector>

#include "programs/sms2fa/output/usage.h"

namespace sms2fa {

namespace {

constexpr std::string_view kCommands = "@commands@";
constexpr std::string_view kRows = "@rows@\n";

std::string names_of(std::span<const Command> commands) {
  std::string names;
  for (const Command& command : commands)
    names += (names.empty() ? "" : " ") + std::string(command.name);
  return names;
}

// "USER | FILE" is one place.
std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += c;
  return out;
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string{c};
  return out + "'";
}

// "--config=FILE"; the words between quotes where the shell wants them so.
std::string options_of(const Command& command) {
  std::string words;
  for (const Option& option : command.options) {
    const std::string value = *option.value == '\0' ? "" : "=" + std::string(option.value);
    words += "--" + std::string(option.name) + value + " ";
    if (option.letter != 0) words += std::string("-") + option.letter + value + " ";
  }
  return words + "--help";
}

std::string operands_of(const Command& command) {
  std::string words;
  for (const Operand& operand : command.operands)
    words += (words.empty() ? "" : " ") + without_blanks(operand.name) +
             (operand.is_repeated ? "..." : "");
  return words;
}

// Both read them in the same way.
std::string bash_or_zsh_rows(std::span<const Command> commands) {
  std::string rows;
  for (const Command& command : commands)
    rows += "    " + std::string(command.name) + ")\n      options=\"" + options_of(command) +
            "\"\n      operands=\"" + operands_of(command) + "\"\n      ;;\n";
  return rows;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

// What fish is told to offer for such a word.
std::string fish_offer(std::string_view value) {
  const auto has = [&](std::string_view word) {
    return value.find(word) != std::string_view::npos;
  };
  if (const auto choices = choices_of(value); !choices.empty())
    return " -a " + quoted(joined(choices));
  if (value == "SERVICE") return " -a '(path basename /etc/pam.d/*)'";
  return (has("FILE") || value == "PATH" ? std::string(" -F") : std::string()) +
         (has("USER") ? " -a '(__fish_complete_users)'" : "");
}

std::string fish_option(const Command& command, const Option& option) {
  std::string line = "complete -c sms2fa -n '__sms2fa_command " + std::string(command.name) +
                     "' -l " + option.name;
  if (option.letter != 0) line += std::string(" -s ") + option.letter;
  if (*option.value != '\0') {
    const std::string offer = fish_offer(option.value);
    line += (offer == " -F" ? " -r" : " -x") + offer;
  }
  return line + " -d " + quoted(std::string(option.meaning)) + "\n";
}

std::string fish_operands(const Command& command) {
  std::string with_value;
  for (const Option& option : command.options)
    if (*option.value != '\0') {
      with_value += std::string(" --") + option.name;
      if (option.letter != 0) with_value += std::string(" -") + option.letter;
    }
  std::string lines;
  for (size_t i = 0; i < command.operands.size(); ++i) {
    const Operand& operand = command.operands[i];
    lines += "complete -c sms2fa -n '__sms2fa_operand " + std::string(command.name) + " " +
             std::to_string(i + 1) + (operand.is_repeated ? "+" : "") + with_value + "'" +
             fish_offer(operand.name) + "\n";
  }
  return lines;
}

std::string fish_rows(std::span<const Command> commands) {
  std::string rows;
  for (const Command& command : commands) {
    rows += "\ncomplete -c sms2fa -n 'test (count (commandline -opc)) -eq 1' -a " +
            std::string(command.name) + " -d " + quoted(std::string(command.summary)) + "\n" +
            fish_operands(command);
    for (const Option& option : command.options) rows += fish_option(command, option);
  }
  return rows + "\ncomplete -c sms2fa -n '__sms2fa_command " + names_of(commands) +
         "' -l help -d " + quoted(std::string(kHelpOption.meaning)) + "\n";
}

Result<std::string> rows_for(std::string_view shell, std::span<const Command> commands) {
  if (shell == "bash" || shell == "zsh") return bash_or_zsh_rows(commands);
  if (shell == "fish") return fish_rows(commands);
  return make_error(ErrorKind::configuration, "bash, zsh or fish?");
}

}  // namespace

Result<std::string> write_completion(std::string_view shell, std::string_view script,
                                     std::span<const Command> commands) {
  const auto rows = rows_for(shell, commands);
  if (!rows) return rows.error();
  std::string text(script);
  const size_t at = text.find(kRows);
  if (at == std::string::npos)
    return make_error(ErrorKind::configuration, "the script has no line for the rows");
  text.replace(at, kRows.size(), *rows);
  if (const size_t names = text.find(kCommands); names != std::string::npos)
    text.replace(names, kCommands.size(), names_of(commands));
  return text;
}

}  // namespace sms2fa
