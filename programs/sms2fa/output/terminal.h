// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "lib/wire/message.h"

namespace sms2fa {

// One line that a person typed, cut at wire::kLongestText bytes (no code is that long). Wiped on
// destruction.
class TypedLine {
 public:
  TypedLine() noexcept = default;
  TypedLine(const TypedLine&) = delete;
  TypedLine& operator=(const TypedLine&) = delete;
  ~TypedLine();

  void clear() noexcept;
  void append(char c) noexcept;
  std::string_view text() const noexcept { return {text_, size_}; }

 private:
  char text_[wire::kLongestText] = {};
  size_t size_ = 0;
};

enum class Typed {
  line,
  ended,     // standard input ended or failed before a line's end
  overtaken  // the other descriptor became readable first
};

// Shows `prompt` on standard output and reads a line of standard input, be that a terminal or not,
// until `other_fd` becomes readable. Without `echo`, a terminal does not show what is typed. A
// signal that ends or stops the program does so with the terminal as it was before; after a stop
// the question is put again. For the main thread only.
Typed ask(std::string_view prompt, bool echo, int other_fd, TypedLine& line);

}  // namespace sms2fa
