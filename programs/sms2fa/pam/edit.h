// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "programs/sms2fa/pam/stack.h"

namespace sms2fa {

// What somebody proves first: the password, and then the PIN; the PIN, and then the password; or
// a key to sshd itself, so that PAM asks for the PIN alone.
enum class AskedFirst { password, pin, key };

std::optional<AskedFirst> first_factor_of(std::string_view name);

// The path of a service's own file.
std::string pam_file(const std::string& service);

// A service's file without what `sms2fa pam enable` has put into it: byte for byte what it was,
// but for what others have changed since.
std::string without_pam_line(std::string_view text);

// The texts that could come of putting our line into a service's file that holds `text`, the best
// first: next to what asks for the password, or in its place, and then farther from it. No jump of
// another line leads over ours. Whether such a text asks everybody is for others to judge. Empty:
// nothing in the file asks for a password.
std::vector<std::string> with_pam_line(const std::string& service, const std::string& text,
                                       AskedFirst first);

// True for a line of ours that enable has put there.
bool is_put_in(std::string_view line);

}  // namespace sms2fa
