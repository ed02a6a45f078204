// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace sms2fa {

// Writes `text` to `out` (capacity `size`, NUL included) so that one log line stays one log line
// and a terminal stays unharmed: printable ASCII stands, every other byte, the backslash and the
// double quote become \xHH. A text that does not fit ends in "...". Returns the characters written,
// without the NUL. Allocates nothing. Precondition: size >= 4.
size_t escape_into(char* out, size_t size, std::string_view text) noexcept;

// The same, blanks included: the text stays one word among others.
size_t escape_word_into(char* out, size_t size, std::string_view text) noexcept;

}  // namespace sms2fa
