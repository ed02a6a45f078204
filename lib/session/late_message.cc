// SPDX-License-Identifier: Apache-2.0
#include "lib/session/late_message.h"

#include <exception>
#include <utility>

namespace sms2fa {

std::shared_ptr<LateMessage> LateMessage::send(SendJob job, Surroundings& around) {
  auto message = std::make_shared<LateMessage>();
  const auto shared = std::make_shared<const SendJob>(std::move(job));
  const bool started =
      around.errands.run([message, shared, &around] { message->run(*shared, around); });
  return started ? message : nullptr;
}

void LateMessage::run(const SendJob& job, Surroundings& around) noexcept {
  Sending sending;
  SendingNote note;
  try {
    sending = send_message(job, around, note);
  } catch (const std::exception&) {
    // What was reserved stays spent; the person hears that nothing came of it.
    sending = {};
  }
  std::optional<Carrier> carrier;
  if (sending.may_arrive()) carrier = sending.carrier;
  around.challenges.end_resend(job.challenge, std::move(carrier));
  end(std::move(sending), std::move(note));
}

void LateMessage::end(Sending sending, SendingNote note) {
  const std::lock_guard lock(mutex_);
  note_ = std::move(note);
  sending_ = std::move(sending);
  ended_.notify_all();
}

std::optional<Sending> LateMessage::wait(Milliseconds patience) const {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, patience, [this] { return sending_.has_value(); });
  return sending_;
}

}  // namespace sms2fa
