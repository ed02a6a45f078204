// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <syslog.h>

#include <algorithm>
#include <string>

namespace sms2fa {

// One log line, beginning with `what`, for each line of a message, which may list several mistakes.
inline void log_lines(int priority, const std::string& what, const std::string& message) {
  size_t begin = 0;
  while (begin < message.size()) {
    const size_t end = std::min(message.find('\n', begin), message.size());
    syslog(priority, "%s%.*s", what.c_str(), static_cast<int>(end - begin), message.data() + begin);
    begin = end + 1;
  }
}

}  // namespace sms2fa
