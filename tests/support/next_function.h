// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

namespace sms2fa::test {

// What a test binary's own function of this name stands before: the library's.
template <typename Function>
Function* next_function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace sms2fa::test
