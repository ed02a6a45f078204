// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/unit/scratch_directory.h"

// What the fuzz targets share. Each defines fuzz() and is one libFuzzer program.
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

extern "C" inline int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sms2fa::test::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
