// SPDX-License-Identifier: Apache-2.0
#include "programs/describe/command_page.h"

#include <algorithm>
#include <set>

#include "programs/describe/scdoc.h"
#include "programs/sms2fa/output/usage.h"

namespace sms2fa {

namespace {

using Text = std::string_view;

constexpr Text kCommandHeading = "## sms2fa ";
// The program's, too.
constexpr Text kCommon[] = {"help", "version"};

std::string heading_of(const Command& command) {
  std::string heading = "##";
  for (const std::string& word : synopsis_of(command)) heading += " " + word;
  return heading;
}

// *--first* *password*|*pin*|*key*
std::string label_of(const Option& option) {
  std::string label = "*--" + std::string(option.name) + "*";
  if (const auto choices = choices_of(option.value); !choices.empty()) {
    for (const Text choice : choices)
      label += (choice == choices.front() ? " *" : "|*") + for_scdoc(choice) + "*";
  } else if (*option.value != '\0') {
    label += " _" + for_scdoc(option.value) + "_";
  }
  if (option.letter != 0) label += std::string(", *-") + option.letter + "*";
  return label;
}

// The meanings that an option has, each with the commands it has it for.
struct Meaning {
  Text text;
  std::string commands;
};

std::vector<Meaning> meanings_of(Text name, std::span<const Command> commands) {
  std::vector<Meaning> all;
  for (const Command& command : commands)
    for (const Option& option : command.options) {
      if (option.name != name) continue;
      auto found = std::find_if(all.begin(), all.end(),
                                [&](const Meaning& each) { return each.text == option.meaning; });
      if (found == all.end()) found = all.insert(all.end(), Meaning{option.meaning, ""});
      found->commands += (found->commands.empty() ? "*" : ", *") + for_scdoc(command.name) + "*";
    }
  return all;
}

std::string capitalized(Text text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string explanation_of(Text name, std::span<const Command> commands) {
  const auto meanings = meanings_of(name, commands);
  if (meanings.size() == 1) return "\t" + for_scdoc(capitalized(meanings[0].text)) + ".\n\n";
  std::string text;
  for (const Meaning& meaning : meanings)
    text +=
        (text.empty() ? "\tOf " : " Of ") + meaning.commands + ": " + for_scdoc(meaning.text) + ".";
  return text + "\n\n";
}

class Page {
 public:
  explicit Page(std::span<const Command> commands) : commands_(commands) {}

  void take(Text line) {
    if (line.starts_with("# ")) {
      end_part();
      part_ = line;
    }
    if (part_ == "# COMMANDS" && line.starts_with(kCommandHeading))
      text_ += take_command(line.substr(kCommandHeading.size())) + "\n";
    else if (part_ == "# OPTIONS" && line.starts_with("*--"))
      text_ += take_option(line.substr(3, line.find('*', 1) - 3)) + "\n";
    else
      text_ += std::string(line) + "\n";
  }

  Result<std::string> finish() && {
    end_part();
    if (diagnostics_.empty()) return std::move(text_);
    return make_error(ErrorKind::configuration, std::move(diagnostics_));
  }

 private:
  void complain(const std::string& sentence) {
    diagnostics_ += (diagnostics_.empty() ? "" : "\n") + sentence;
  }

  std::string take_command(Text name) {
    if (!explained_.insert("sms2fa " + std::string(name)).second)
      complain("sms2fa " + std::string(name) + " is explained twice");
    for (const Command& command : commands_)
      if (command.name == name) return heading_of(command);
    complain("there is no command " + std::string(name));
    return {};
  }

  const Option* find_option(Text name) const {
    for (const Command& command : commands_)
      for (const Option& option : command.options)
        if (option.name == name) return &option;
    return nullptr;
  }

  std::string take_option(Text name) {
    if (!explained_.insert("--" + std::string(name)).second)
      complain("--" + std::string(name) + " is explained twice");
    if (const Option* option = find_option(name)) return label_of(*option);
    if (std::find(std::begin(kCommon), std::end(kCommon), name) == std::end(kCommon))
      complain("there is no option --" + std::string(name));
    return "*--" + std::string(name) + "*";
  }

  void end_part() {
    if (part_ == "# COMMANDS") explain_commands();
    if (part_ == "# OPTIONS") explain_options();
    part_ = {};
  }

  void explain_commands() {
    for (const Command& command : commands_)
      if (explained_.insert("sms2fa " + std::string(command.name)).second)
        text_ += heading_of(command) + "\n\n" + for_scdoc(command.description) + "\n\n";
  }

  void explain_options() {
    for (const Command& command : commands_)
      for (const Option& option : command.options)
        if (explained_.insert("--" + std::string(option.name)).second)
          text_ += label_of(option) + "\n" + explanation_of(option.name, commands_);
  }

  std::span<const Command> commands_;
  Text part_;
  std::set<std::string> explained_;
  std::string text_;
  std::string diagnostics_;
};

}  // namespace

Result<std::string> write_command_page(Text page, std::span<const Command> commands) {
  Page writer(commands);
  while (!page.empty()) {
    const Text line = page.substr(0, page.find('\n'));
    writer.take(line);
    page.remove_prefix(std::min(page.size(), line.size() + 1));
  }
  return std::move(writer).finish();
}

}  // namespace sms2fa
