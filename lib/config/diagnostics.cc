// SPDX-License-Identifier: Apache-2.0
#include "lib/config/diagnostics.h"

#include <algorithm>

namespace sms2fa {

namespace {
constexpr size_t kMostKept = 50;
}

void Diagnostics::add(unsigned line, std::string reason) {
  if (kept_.size() == kMostKept) {
    ++dropped_;
    return;
  }
  kept_.push_back({line, std::move(reason)});
}

Error Diagnostics::to_error() const {
  std::vector<Complaint> sorted = kept_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Complaint& a, const Complaint& b) { return a.line < b.line; });
  std::string message;
  for (const auto& [line, reason] : sorted) {
    if (!message.empty()) message += '\n';
    message += path_ + ":" + std::to_string(line) + ": " + reason;
  }
  if (dropped_ > 0) message += "\n" + path_ + ": and " + std::to_string(dropped_) + " more";
  return make_error(ErrorKind::configuration, std::move(message));
}

}  // namespace sms2fa
