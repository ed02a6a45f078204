// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/base/secret.h"

namespace sms2fa {

inline constexpr size_t kSealingKeySize = 32;

// The keys of a trusted file, the current one first: 64 hexadecimal digits a line, 1 to 8 lines.
// The errors name the path and repeat nothing of the file.
Result<std::vector<Secret>> read_key_file(const std::string& path);

// Writes the first key of a machine when there is no such file, or puts a fresh key before the
// others. The file is replaced at once or not at all; it keeps its owner and group, and a new one
// belongs to root and the group _sms2fa (without that group, or not run as root, to the caller),
// mode 0640.
Result<void> add_key(const std::string& path, Random& random);

// Drops all keys but the current one, in the same way.
Result<void> drop_old_keys(const std::string& path);

}  // namespace sms2fa
