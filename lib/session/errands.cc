// SPDX-License-Identifier: Apache-2.0
#include "lib/session/errands.h"

#include <system_error>
#include <thread>
#include <utility>

namespace sms2fa {

Errands::~Errands() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return under_way_ == 0; });
}

bool Errands::run(std::function<void()> errand) {
  const std::lock_guard lock(mutex_);
  if (under_way_ >= most_) return false;
  try {
    std::thread([this, work = std::move(errand)]() mutable {
      work();
      // What the errand held must be gone before anybody may think that it has ended.
      work = nullptr;
      const std::lock_guard done(mutex_);
      --under_way_;
      ended_.notify_all();
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  ++under_way_;
  return true;
}

bool Errands::finish(Milliseconds patience) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, patience, [this] { return under_way_ == 0; });
}

}  // namespace sms2fa
