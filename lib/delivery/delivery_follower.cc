// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/delivery_follower.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <new>
#include <system_error>

namespace sms2fa {

namespace {

constexpr size_t kWorkers = 2;
constexpr Milliseconds kOneRequest = std::chrono::seconds(3);
constexpr int kTriesToRedact = 3;

bool is_last(DeliveryState state) {
  return state == DeliveryState::delivered || state == DeliveryState::failed;
}

}  // namespace

class DeliveryFollower::Message final : public TrackedMessage {
 public:
  Message(const Provider& from, std::string message_id, Medium sent_as, SteadyTime end,
          DeliveryCallback told)
      : provider(from),
        id(std::move(message_id)),
        medium(sent_as),
        until(end),
        ended_(std::move(told)) {}

  DeliveryStatus status() const override {
    const MutexLock lock(mutex_);
    return status_;
  }
  void learn(const DeliveryStatus& status) {
    const MutexLock lock(mutex_);
    status_ = status;
  }
  void end() noexcept {
    if (ended_) ended_(status());
  }

  const Provider provider;
  const std::string id;
  const Medium medium;
  const SteadyTime until;
  SteadyTime next{};
  Milliseconds pause{};
  bool known = false;  // told; what is left is to have the text emptied
  int tries_to_redact = 0;

 private:
  const DeliveryCallback ended_;
  mutable Mutex mutex_;
  DeliveryStatus status_ GUARDED_BY(mutex_){.state = DeliveryState::pending};
};

DeliveryFollower::~DeliveryFollower() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker.join();
  for (const auto& message : waiting_) {
    if (message->known) continue;
    message->learn({.state = DeliveryState::unknown});
    message->end();
  }
}

std::shared_ptr<const TrackedMessage> DeliveryFollower::follow(const Provider& provider,
                                                               std::string message_id,
                                                               Medium medium, SteadyTime until,
                                                               DeliveryCallback ended) {
  Messages one{
      std::make_shared<Message>(provider, std::move(message_id), medium, until, std::move(ended))};
  const auto message = one.front();
  const auto now = std::chrono::steady_clock::now();
  message->pause = schedule_.first;
  message->next = std::min(now + schedule_.first, until);
  {
    const MutexLock lock(mutex_);
    if (stopping_ || !have_workers()) return nullptr;
    if (followed_ < schedule_.most_messages) {
      ++followed_;
      waiting_.splice(waiting_.end(), one);
      changed_.notify_one();
      return message;
    }
    if (now < next_complaint_) return nullptr;
    next_complaint_ = now + schedule_.diagnostics;
  }
  message->learn(
      {.state = DeliveryState::unknown,
       .detail = std::string("too many messages are under way: not followed") +
                 (provider.redactor != nullptr ? ", and not emptied at the provider" : "")});
  message->end();
  return nullptr;
}

// Signals belong to the program's own threads.
bool DeliveryFollower::have_workers() {
  if (!workers_.empty()) return true;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    for (size_t i = 0; i < kWorkers; ++i) workers_.emplace_back([this] { work(); });
  } catch (const std::exception&) {
    // One is enough to go on with, and without any nothing is followed.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return !workers_.empty();
}

DeliveryFollower::Messages::iterator DeliveryFollower::next() {
  return std::min_element(waiting_.begin(), waiting_.end(),
                          [](const auto& a, const auto& b) { return a->next < b->next; });
}

void DeliveryFollower::work() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto first = next();
    if (first == waiting_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    const SteadyTime due = std::max((*first)->next, not_before_);
    if (due > now) {
      changed_.wait_until(lock, due);
      continue;
    }
    not_before_ = now + schedule_.between;
    Messages taken;
    taken.splice(taken.end(), waiting_, first);
    Message& message = *taken.front();
    lock.unlock();
    try {
      ask(message);
    } catch (const std::bad_alloc&) {
      // Its next turn is set already.
    }
    const bool go_on = !message.known || message.tries_to_redact > 0;
    if (!go_on) taken.clear();
    lock.lock();
    if (go_on)
      waiting_.splice(waiting_.end(), taken);
    else
      --followed_;
  }
}

void DeliveryFollower::ask(Message& message) {
  const auto now = std::chrono::steady_clock::now();
  message.next = now + message.pause;
  message.pause = std::min(message.pause * 3 / 2, schedule_.longest);
  if (!message.known) {
    DeliveryStatus status =
        message.provider.source.delivery_status(message.id, message.medium, now + kOneRequest);
    message.known = is_last(status.state) || now >= message.until;
    // Until the time is up, a provider that can't be asked just now may know more later.
    if (!message.known) {
      status.state = DeliveryState::pending;
      message.next = std::min(message.next, message.until);
    } else if (!is_last(status.state)) {
      status.state = DeliveryState::unknown;
    }
    message.learn(status);
    if (!message.known) return;
    message.end();
    message.tries_to_redact = message.provider.redactor != nullptr ? kTriesToRedact : 0;
  }
  if (message.tries_to_redact == 0) return;
  const bool done = message.provider.redactor->redact(message.id, now + 2 * kOneRequest);
  message.tries_to_redact = done ? 0 : message.tries_to_redact - 1;
}

}  // namespace sms2fa
