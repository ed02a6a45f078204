// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "programs/sms2fa/command.h"

namespace sms2fa {

// All that there are, in the order of --help.
std::span<const Command> commands();

// nullptr: there is none of that name.
const Command* find_command(std::string_view name);

}  // namespace sms2fa
