// SPDX-License-Identifier: Apache-2.0
#include "lib/session/late_message.h"

#include <exception>
#include <utility>

namespace sms2fa {

std::shared_ptr<LateMessage> LateMessage::send(SendRequest job, Services& services) {
  auto message = std::make_shared<LateMessage>();
  const auto shared = std::make_shared<const SendRequest>(std::move(job));
  const bool started =
      services.workers.run([message, shared, &services] { message->run(*shared, services); });
  return started ? message : nullptr;
}

void LateMessage::run(const SendRequest& job, Services& services) noexcept {
  SendResult sending;
  SendLogFields note;
  try {
    sending = send_message(job, services, note);
  } catch (const std::exception&) {
    // What was reserved stays spent; the person hears that nothing came of it.
    sending = {};
  }
  std::optional<LastDelivery> carrier;
  if (sending.may_arrive()) carrier = sending.carrier;
  services.challenges.end_resend(job.challenge, std::move(carrier));
  end(std::move(sending), std::move(note));
}

void LateMessage::end(SendResult sending, SendLogFields note) {
  const MutexLock lock(mutex_);
  note_ = std::move(note);
  sending_ = std::move(sending);
  ended_.notify_all();
}

std::optional<SendResult> LateMessage::wait(Milliseconds patience) const {
  MutexLock lock(mutex_);
  ended_.wait_for(lock, patience, [this]() REQUIRES(mutex_) { return sending_.has_value(); });
  return sending_;
}

}  // namespace sms2fa
