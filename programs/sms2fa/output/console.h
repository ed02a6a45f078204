// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace sms2fa {

// Done, and the answer is no: a wrong code, nobody enrolled. Everything else is in sysexits.h.
inline constexpr int kNegativeAnswer = 1;

enum class Severity { ok, note, warning, error };

constexpr std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok";
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "error";
}

// Where the program's words go. Texts are printed as they are: whoever makes one escapes what is
// not ours.
class Console {
 public:
  // Reads NO_COLOR and TERM, and then empties the environment, so that nothing in it steers a
  // library: the program is run by root through sudo. Call before the first thread.
  static Console take_environment();

  // A line on standard output.
  void say(std::string_view text) const;

  // "warning: text" on standard output, its first word coloured on a terminal.
  void finding(Severity severity, std::string_view text) const;

  // "sms2fa: text" on standard error, each line of it, and what to do next, if anything.
  void warn(std::string_view text, std::string_view next = {}) const;
  // The same. Returns `code`.
  int fail(int code, std::string_view text, std::string_view next = {}) const;

 private:
  bool colours_ = false;
};

}  // namespace sms2fa
