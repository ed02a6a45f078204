// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

// A program linked with this (and with its symbols exported) stands before libc for the libraries
// that it loads: libpam's log lines end up here, it finds no audit log, and the module's clock,
// poll(), account lookup and free() are ours.
namespace sms2fa::test {

// The lines logged so far, "PRIORITY text", the priority as in LOG_ERR without "LOG_". Thread-safe.
std::vector<std::string> log_lines();
void clear_log();

// From now on the monotonic clock and every wait run `factor` times as fast.
void speed_up_clock(unsigned factor);

// The account _sms2fa exists and has this uid; until then no account exists.
void set_service_account(uid_t uid);

// Remembers `size` bytes at `memory`, which comes from malloc(), and looks at them when they are
// freed.
void watch_answer(const void* memory, size_t size);
// How many of the watched answers have not been freed, and how many were freed with a byte that was
// not 0.
int answers_kept();
int answers_not_wiped();

}  // namespace sms2fa::test
