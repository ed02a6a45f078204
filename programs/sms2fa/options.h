// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "programs/sms2fa/arguments.h"

// What a command takes behind its name. What the parser reads, usage texts, completions and the
// manual's synopses all come from these rows.
namespace sms2fa {

// Puts what was typed into its place. Returns what is wrong with it, as a sentence, or "".
using Take = std::string (*)(const std::string& typed, Arguments& arguments);

// What may be typed is told by a word for people, from which shells know what to offer: FILE and
// PATH are files, USER is somebody with an account, SERVICE a file of /etc/pam.d, and of a|b only
// the words themselves may be typed.
struct Option {
  const char* name;               // without its dashes
  const char* value = "";         // empty: it takes none
  std::string_view meaning = {};  // in lower case, without a full stop
  Take take = nullptr;
  char letter = 0;         // another name: 'n' is -n
  bool is_needed = false;  // the command asks for it
};

struct Operand {
  std::string_view name;
  Take take = nullptr;
  bool may_miss = false;
  bool is_repeated = false;  // the last one only
};

// For a member that is a text, a list of texts, or a bool, which any text makes true.
template <auto kMember>
std::string take(const std::string& typed, Arguments& arguments) {
  auto& member = arguments.*kMember;
  if constexpr (std::is_same_v<decltype(member), bool&>)
    member = true;
  else if constexpr (std::is_same_v<decltype(member), std::string&>)
    member = typed;
  else
    member.push_back(typed);
  return {};
}

std::string take_lines(const std::string& typed, Arguments& arguments);
std::string take_socket(const std::string& typed, Arguments& arguments);
std::string take_user(const std::string& typed, Arguments& arguments);

inline constexpr Option kConfigOption = {
    .name = "config",
    .value = "FILE",
    .meaning = "configuration (default /etc/sms2fa/sms2fa.conf)",
    .take = take<&Arguments::configuration>};
inline constexpr Option kSocketOption = {
    .name = "socket",
    .value = "PATH",
    .meaning = "the daemon's socket (default: as the module takes it)",
    .take = take_socket};
inline constexpr Option kJsonOption = {
    .name = "json", .meaning = "one JSON object instead of text", .take = take<&Arguments::json>};
// Every command's, and the program's.
inline constexpr Option kHelpOption = {.name = "help", .meaning = "this text"};

inline constexpr Operand kUser = {.name = "USER", .take = take_user};
inline constexpr Operand kMaybeUser = {.name = "USER", .take = take_user, .may_miss = true};
inline constexpr Operand kBackupFile = {.name = "FILE", .take = take<&Arguments::files>};

}  // namespace sms2fa
