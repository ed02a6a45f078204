// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/secret.h"

namespace sms2fa {

// {"command": "codes", "ok": true, "exit_code": 0, "user": "alice", "codes": ["…", …]}
std::string codes_as_json(const std::string& user, const std::vector<Secret>& codes);

// {"command": "rotate-key", "ok": true, "exit_code": 0, "sealed": 12}
std::string rotated_as_json(size_t sealed);

}  // namespace sms2fa
