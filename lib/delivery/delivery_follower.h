// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/mutex.h"
#include "lib/delivery/gateway.h"
#include "lib/delivery/tracked_message.h"

namespace sms2fa {

// Asks the providers what became of messages, and has the text emptied there afterwards where the
// configuration says so. A few threads, begun with the first message; a bounded number of messages;
// each is asked about after 2 s and then less and less often. Thread-safe.
class DeliveryFollower {
 public:
  struct Schedule {
    Milliseconds first = std::chrono::seconds(2);
    Milliseconds longest = std::chrono::seconds(30);
    // Between two requests, whatever the message: a crowd that logs in must not be slowed by
    // questions.
    Milliseconds between{50};
    size_t most_messages = 512;
    // Between two messages whose callback is told that they are too many.
    Milliseconds diagnostics = std::chrono::minutes(1);
  };

  DeliveryFollower() : DeliveryFollower(Schedule()) {}
  explicit DeliveryFollower(Schedule schedule) : schedule_(schedule) {}
  // Waits for requests under way, 3 s at most. Callbacks that were not called yet are told unknown.
  ~DeliveryFollower();

  // Whom to ask, and who empties the text, if anybody.
  struct Provider {
    StatusSource& source;
    Redactor* redactor = nullptr;
  };

  // Messenger::follow(). What `provider` names must outlive this.
  std::shared_ptr<const TrackedMessage> follow(const Provider& provider, std::string message_id,
                                               Medium medium, SteadyTime until,
                                               DeliveryCallback ended);

  // Whether anything is left to be asked or emptied.
  bool is_busy() const {
    const MutexLock lock(mutex_);
    return followed_ > 0;
  }

 private:
  class Message;
  using Messages = std::list<std::shared_ptr<Message>>;

  bool have_workers() REQUIRES(mutex_);
  void work();
  void ask(Message& message);
  // The one to ask next; end() when there is none.
  Messages::iterator next() REQUIRES(mutex_);

  const Schedule schedule_;
  mutable Mutex mutex_;
  Condition changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  size_t followed_ GUARDED_BY(mutex_) = 0;
  SteadyTime not_before_ GUARDED_BY(mutex_){};
  SteadyTime next_complaint_ GUARDED_BY(mutex_){};
  Messages waiting_ GUARDED_BY(mutex_);
  std::vector<std::thread> workers_;
};

}  // namespace sms2fa
