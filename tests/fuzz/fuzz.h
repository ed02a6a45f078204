// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/unit/scratch_directory.h"

// What the fuzz targets share. Each defines fuzz() and is, with fuzz.cc, one libFuzzer program.
namespace sms2fa::test {

// One input. Ends the process, which libFuzzer reports, when a promise does not hold.
void fuzz(std::string_view input);

inline void promise(bool holds) {
  if (!holds) abort();
}

// The input as a file that the readers trust.
inline const std::string& as_file(std::string_view input) {
  static const ScratchDirectory directory;
  static std::string path;
  path = directory.write("input", input);
  return path;
}

}  // namespace sms2fa::test
