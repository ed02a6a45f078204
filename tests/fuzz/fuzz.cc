// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include <cstddef>
#include <cstdint>

// libFuzzer's entry.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sms2fa::test::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
