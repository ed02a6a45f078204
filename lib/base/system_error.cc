// SPDX-License-Identifier: Apache-2.0
#include "lib/base/system_error.h"

#include <cerrno>
#include <cstring>

namespace sms2fa {

Error system_error(ErrorKind kind, const std::string& what) {
  return make_error(kind, what + ": " + std::strerror(errno));
}

Error system_error(const std::string& what) {
  const bool denied = errno == EACCES || errno == EPERM;
  return system_error(denied ? ErrorKind::permission : ErrorKind::unavailable, what);
}

}  // namespace sms2fa
