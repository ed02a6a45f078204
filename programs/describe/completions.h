// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "programs/sms2fa/command.h"

namespace sms2fa {

// What `shell` (bash, zsh or fish) sources to complete these commands: the script with their names
// in the place of @commands@, and in the place of the line @rows@ what each of them takes. Fails
// (configuration) for another shell, and for a script without that line.
Result<std::string> write_completion(std::string_view shell, std::string_view script,
                                     std::span<const Command> commands);

}  // namespace sms2fa
