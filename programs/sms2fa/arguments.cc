// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/arguments.h"

#include <getopt.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lib/base/nearest.h"
#include "lib/base/text.h"
#include "lib/wire/daemon_socket.h"
#include "lib/wire/message.h"
#include "programs/sms2fa/command.h"
#include "programs/sms2fa/output/usage.h"

namespace sms2fa {

namespace {

// getopt_long's name of a command's first option: above all letters.
constexpr int kFirstOption = 256;

Error usage_error(std::string message) {
  return make_error(ErrorKind::configuration, std::move(message));
}

std::vector<option> long_options(const Command& command) {
  std::vector<option> known;
  int name = kFirstOption;
  for (const Option& each : command.options)
    known.push_back(
        {each.name, *each.value != '\0' ? required_argument : no_argument, nullptr, name++});
  known.push_back({kHelpOption.name, no_argument, nullptr, 'h'});
  known.push_back({});
  return known;
}

std::string short_options(const Command& command) {
  std::string letters = ":h";
  for (const Option& each : command.options)
    if (each.letter != 0) letters += {each.letter, ':'};
  return letters;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates) {
  const auto near = nearest(typed, candidates);
  return near ? "; did you mean " + std::string(*near) + "?" : "";
}

// `word` is the one that getopt_long() has just passed, except within a cluster of short options.
Error complaint(int verdict, std::string_view word, const Command& command) {
  const std::string_view typed = word.substr(0, word.find('='));
  if (verdict == ':') return usage_error(escape(typed) + " needs a value");
  if (optopt != 0 && optopt != 'h' && optopt < kFirstOption) {
    const char letter = static_cast<char>(optopt);
    return usage_error("unknown option -" + escape({&letter, 1}));
  }
  if (optopt != 0) return usage_error(escape(typed) + " takes no value");
  std::vector<std::string> names = {"--help"};
  for (const Option& each : command.options) names.push_back(std::string("--") + each.name);
  // For the first release.
  if (typed == "--first" && std::find(names.begin(), names.end(), "--init") != names.end())
    return usage_error("--first is --init now");
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  return usage_error("unknown option " + escape(typed) + did_you_mean(typed, candidates));
}

// "a, b or c"
std::string listed(const std::vector<std::string_view>& words, const char* last) {
  std::string list;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? last : ", ";
    list += words[i];
  }
  return list;
}

bool is_one_of(const std::vector<std::string_view>& words, std::string_view typed) {
  return std::find(words.begin(), words.end(), typed) != words.end();
}

std::string take_option(const Option& option, const std::string& typed, Arguments& arguments) {
  const auto choices = choices_of(option.value);
  if (choices.empty() || is_one_of(choices, typed)) return option.take(typed, arguments);
  return std::string("--") + option.name + " knows " + listed(choices, " and ") +
         did_you_mean(typed, choices);
}

std::string take_operand(const Operand& operand, const std::string& typed, const Command& command,
                         Arguments& arguments) {
  const auto choices = choices_of(operand.name);
  if (!choices.empty() && !is_one_of(choices, typed))
    return "write " + listed(choices, " or ") + did_you_mean(typed, choices);
  if (!typed.empty()) return operand.take(typed, arguments);
  if (operand.may_miss) return {};
  const std::string name(operand.name);
  return "which " + ascii_lower(name) + "? Write: sms2fa " + command.name + " " + name;
}

// From optind on.
std::string take_operands(int argc, char** argv, const Command& command, Arguments& arguments) {
  for (const Operand& operand : command.operands) {
    do {
      const std::string typed = optind < argc ? argv[optind++] : "";
      if (auto wrong = take_operand(operand, typed, command, arguments); !wrong.empty())
        return wrong;
    } while (operand.is_repeated && optind < argc);
  }
  return optind < argc ? "unexpected argument " + escape(argv[optind]) : "";
}

}  // namespace

std::string take_lines(const std::string& typed, Arguments& arguments) {
  const char* const end = typed.data() + typed.size();
  const auto [stop, error] = std::from_chars(typed.data(), end, arguments.lines);
  const bool is_good = error == std::errc() && stop == end && arguments.lines > 0 &&
                       arguments.lines <= kMostVerdicts;
  return is_good ? "" : "--lines needs a number from 1 to " + std::to_string(kMostVerdicts);
}

std::string take_socket(const std::string& typed, Arguments& arguments) {
  if (!typed.starts_with('/') || typed.size() >= sizeof(sockaddr_un::sun_path))
    return "--socket needs an absolute path of at most 107 bytes";
  arguments.socket = typed;
  return {};
}

std::string take_user(const std::string& typed, Arguments& arguments) {
  if (typed.size() > wire::longest(wire::Field::user)) return "no user's name is that long";
  arguments.user = typed;
  return {};
}

Result<Arguments> parse_arguments(int argc, char** argv, const Command& command) {
  const auto known = long_options(command);
  const std::string letters = short_options(command);
  Arguments arguments;
  arguments.socket = wire::default_socket();
  opterr = 0;
  optind = 0;  // glibc: begin anew
  std::string wrong;
  int found = 0;
  while ((found = getopt_long(argc, argv, letters.c_str(), known.data(), nullptr)) != -1) {
    if (found == '?' || found == ':') return complaint(found, argv[optind - 1], command);
    if (found == 'h') {
      arguments.help = true;
      continue;
    }
    const auto option =
        std::find_if(command.options.begin(), command.options.end(), [&](const Option& each) {
          return found == each.letter || found == kFirstOption + (&each - command.options.data());
        });
    auto said = take_option(*option, optarg != nullptr ? optarg : "", arguments);
    if (wrong.empty()) wrong = std::move(said);
  }
  if (arguments.help) return arguments;
  if (wrong.empty()) wrong = take_operands(argc, argv, command, arguments);
  if (!wrong.empty()) return usage_error(std::move(wrong));
  if (command.check == nullptr) return arguments;
  if (auto good = command.check(arguments); !good) return good.error();
  return arguments;
}

}  // namespace sms2fa
