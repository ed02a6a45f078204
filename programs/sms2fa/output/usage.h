// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "programs/sms2fa/command.h"

// What commands say of themselves, from their rows.
namespace sms2fa {

// The words of a|b; none of a word that stands for others.
std::vector<std::string_view> choices_of(std::string_view value);

// "sms2fa", "log", "[USER]", "[--lines N]", …: what belongs together in one word.
std::vector<std::string> synopsis_of(const Command& command);

// What --help prints, in lines of at most 90 columns, without the last line's end: of one command,
// and of the program.
std::string usage_of(const Command& command);
std::string usage_of(std::span<const Command> commands);

}  // namespace sms2fa
