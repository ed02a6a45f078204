// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// Stands between this test binary, SQLite included, and the C library's write, pwrite, fsync,
// fdatasync, ftruncate, renameat2 and the open that makes a file, for files below one directory.
namespace sms2fa::test::failing_disk {

// From now on the n-th such call (0: the next one) fails with `error`; with `forever` every later
// one too. Not while other threads use the directory.
void fail_at(const std::string& directory, int n, int error, bool forever);

// From now on nothing fails. The calls that were made, failed ones included.
int mend();

// Whether a call has failed since fail_at().
bool has_failed();

// The calls of fsync and fdatasync that have worked, wherever.
int syncs();

}  // namespace sms2fa::test::failing_disk
