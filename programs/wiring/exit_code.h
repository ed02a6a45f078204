// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sysexits.h>

#include "lib/base/result.h"

namespace sms2fa {

// The exit code (sysexits.h) for an error that ends a program.
constexpr int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::configuration:
    case ErrorKind::not_found:
      return EX_CONFIG;
    case ErrorKind::permission:
      return EX_NOPERM;
    case ErrorKind::unavailable:
    case ErrorKind::refused:
    case ErrorKind::outdated:
      return EX_UNAVAILABLE;
    case ErrorKind::internal:
      return EX_SOFTWARE;
  }
  return EX_SOFTWARE;
}

}  // namespace sms2fa
