// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "programs/sms2fa/pam/search.h"

namespace sms2fa {

// "pam_access.so accessfile=/etc/local", as the line has it, cut to a fair length.
std::string module_text(const PamLine& line);

// "succeeds", "fails", "returns user_unknown", and the like.
std::string returns_text(const PamStep& step);

// "pam_unix.so (/etc/pam.d/su:3) succeeds and …": all steps but that of `but` and those that nobody
// would do without. Empty when none is left.
std::string path_text(const PamPath& path, const PamLine* but);

// The command that lets sed edit just this line of its file.
std::string edit(const PamLine& line, const std::string& how);

// The line that should stand there, as requisite.
std::string mended(const PamLine& line);

}  // namespace sms2fa
