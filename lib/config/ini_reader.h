// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/config/diagnostics.h"

namespace sms2fa {

// The longest line that inih 55 takes whole, in bytes, without the line's end.
inline constexpr size_t kLongestLine = 199;
// The longest section name that inih 55 does not cut.
inline constexpr size_t kLongestSectionName = 49;

// Receives what a file holds, in its order. The views are valid during the call only, may hold
// secrets, and are never empty. Lines count from 1.
class IniVisitor {
 public:
  virtual ~IniVisitor() = default;
  virtual void section(std::string_view name, unsigned line) = 0;
  virtual void key(std::string_view section, std::string_view key, std::string_view value,
                   unsigned line) = 0;
};

// Reads `fd`, which stays the caller's, to its end. One `key = value` a line; `; ` begins a
// comment, and a line whose first character is ';' or '#' is one at any length. Not an entry, but a
// complaint each: a line over kLongestLine, a NUL or other control character, invalid UTF-8, an
// indented line (inih would glue it to the one above), a section header that is not just `[name]`,
// a line without '=', with ':' before it, without a key or a value, or before the first section.
// The keys under a bad header are skipped. The visitor may throw; the exception comes out of this
// call.
void read_ini(int fd, IniVisitor& visitor, Diagnostics& diagnostics);

}  // namespace sms2fa
