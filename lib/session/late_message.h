// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "lib/base/mutex.h"
#include "lib/session/message_sender.h"

namespace sms2fa {

// A message on its way to somebody who has another way in: with the provider hung they are asked
// for an app or backup code meanwhile. Tells the challenge when it has ended, and may outlive its
// attempt. Thread-safe.
class LateMessage {
 public:
  // Sends in a thread of its own. Precondition: the challenge has begun a (re)send. nullptr when no
  // thread can be had: nothing was sent, and the resend goes on. `around` must outlive the message.
  static std::shared_ptr<LateMessage> send(SendRequest job, Services& services);

  // How it went, waiting for it at most `patience`; nullopt while it is on its way.
  std::optional<SendResult> wait(Milliseconds patience) const;

  // For the log, once wait() gave a result.
  SendLogFields note() const {
    const MutexLock lock(mutex_);
    return note_;
  }

 private:
  void run(const SendRequest& job, Services& services) noexcept;
  void end(SendResult sending, SendLogFields note);

  mutable Mutex mutex_;
  mutable Condition ended_;
  std::optional<SendResult> sending_ GUARDED_BY(mutex_);
  SendLogFields note_ GUARDED_BY(mutex_);
};

}  // namespace sms2fa
