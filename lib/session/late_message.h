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
  static std::shared_ptr<LateMessage> send(SendJob job, Surroundings& around);

  // How it went, waiting for it at most `patience`; nullopt while it is on its way.
  std::optional<Sending> wait(Milliseconds patience) const;

  // For the log. Precondition: wait() gave a result.
  const SendingNote& note() const { return note_; }

 private:
  void run(const SendJob& job, Surroundings& around) noexcept;
  void end(Sending sending, SendingNote note);

  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  std::optional<Sending> sending_;
  SendingNote note_;
};

}  // namespace sms2fa
