// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

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

  // For the log. Precondition: wait() gave a result.
  const SendLogFields& note() const { return note_; }

 private:
  void run(const SendRequest& job, Services& services) noexcept;
  void end(SendResult sending, SendLogFields note);

  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  std::optional<SendResult> sending_;
  SendLogFields note_;
};

}  // namespace sms2fa
