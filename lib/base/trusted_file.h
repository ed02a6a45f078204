// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/result.h"
#include "lib/base/secret.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

// The account the daemon runs as. Files and peers may belong to it or to root.
inline constexpr const char* kServiceAccount = "_sms2fa";

// True for root and _sms2fa, and for the invoking user when this process does not run as root.
bool is_trusted_owner(uid_t uid);

// Opens a file that others may have laid there: whoever owns it, it is no symlink, FIFO, device or
// directory, and opening it waits for nobody. The error holds the path and the reason.
Result<UniqueFd> open_regular(const std::string& path);

// Opens a file whose content decides who gets in. Refused, with the path and the reason in the
// error: a symlink, FIFO, device or directory; an owner that is_trusted_owner() does not accept;
// readable by others, or writable by group or others; a parent directory that anybody else may
// write to. Every check is made on the descriptor that is returned, so that nothing can be swapped
// in between.
Result<UniqueFd> open_trusted(const std::string& path);

// The whole of a trusted file that holds one secret, such as an auth token: at most 4096 bytes, one
// trailing newline dropped, not empty.
Result<Secret> read_trusted_secret(const std::string& path);

}  // namespace sms2fa
