// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/output/console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sms2fa {

namespace {

// https://no-color.org: an empty NO_COLOR does not count.
bool terminal_wants_colours() {
  const char* no_color = getenv("NO_COLOR");
  const char* term = getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr &&
         std::string_view(term) != "dumb" && isatty(STDOUT_FILENO) == 1;
}

const char* colour_of(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "\033[32m";
    case Severity::note:
      return "\033[36m";
    case Severity::warning:
      return "\033[33m";
    case Severity::error:
      return "\033[1;31m";
  }
  return "";
}

void print(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

}  // namespace

Console Console::take_environment() {
  Console console;
  console.colours_ = terminal_wants_colours();
  clearenv();
  return console;
}

void Console::say(std::string_view text) const {
  print(stdout, text);
  print(stdout, "\n");
  std::fflush(stdout);
}

void Console::finding(Severity severity, std::string_view text) const {
  if (colours_) print(stdout, colour_of(severity));
  print(stdout, to_string(severity));
  print(stdout, colours_ ? ":\033[0m " : ": ");
  say(text);
}

void Console::warn(std::string_view text, std::string_view next) const {
  std::fflush(stdout);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    print(stderr, "sms2fa: ");
    print(stderr, text.substr(0, end));
    print(stderr, "\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!next.empty()) {
    print(stderr, "  ");
    print(stderr, next);
    print(stderr, "\n");
  }
}

int Console::fail(int code, std::string_view text, std::string_view next) const {
  warn(text, next);
  return code;
}

}  // namespace sms2fa
