// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "programs/sms2fa/command.h"

namespace sms2fa {

// sms2fa(8) from its template, which explains commands and options. Below "# COMMANDS", a heading
// "## sms2fa NAME" gets the rest of the command's synopsis; below "# OPTIONS", a line "*--NAME*"
// gets the option's value. What the template leaves out gets what its rows say, at the end of the
// section. Fails (configuration), with one sentence a line, when a command or option is invented or
// explained twice.
Result<std::string> write_command_page(std::string_view page, std::span<const Command> commands);

}  // namespace sms2fa
