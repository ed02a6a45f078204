// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "lib/delivery/send_report.h"

namespace sms2fa {

// A message whose delivery status is being asked for elsewhere. Thread-safe; nothing here blocks.
class TrackedMessage {
 public:
  virtual ~TrackedMessage() = default;
  // What is known so far; pending until there is a last word.
  virtual DeliveryStatus status() const = 0;
};

// Told the last word about a message, once, in another thread: delivered, failed, or unknown when
// the time was up; or in the caller's, that it is not followed. Must not throw, and what it refers
// to must live as long as the messenger.
using DeliveryCallback = std::function<void(const DeliveryStatus&)>;

}  // namespace sms2fa
