// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/method.h"
#include "lib/base/result.h"

namespace sms2fa {

// What users.conf says about one person.
struct UserLine {
  std::string_view name;
  // As written; empty only for someone whose methods need none.
  std::string_view phone;
  // Empty: none are named.
  const Methods& methods;
};

// Receives one person; the views are valid during the call only. An error becomes a "file:line:
// reason" with the line of the number, so it must not repeat the number.
using UserVisitor = std::function<Result<void>(const UserLine&)>;

// Reads `path`, a trusted file: `name = number` lines under [users], and [user NAME] sections with
// the keys phone and methods. Each name stands once. A name is up to 255 bytes of UTF-8 without
// blanks, control characters, '/' and ':', and does not begin with '-'; names differ in letter
// case. Errors are as in read_configuration(); people are visited before the end of the file is
// known to be right, so on an error forget them all. A million names take well under a second and
// some 30 bytes each, for the duration of the call.
Result<void> read_users_file(const std::string& path, const UserVisitor& visit);

}  // namespace sms2fa
