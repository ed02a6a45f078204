// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/configuration.h"
#include "lib/delivery/messenger.h"
#include "lib/session/login_request.h"
#include "lib/session/policy.h"
#include "lib/store/store.h"

namespace sms2fa {

// The budgets of number, user and source that one message for this request is taken from. A decoy's
// stand apart, so that it runs dry as a real one would without taking anything from anybody; those
// of a person who is barred for a while stay their own, or a budget that is fresh again would show
// the lock.
std::vector<Budget> budgets_for(const LimitSettings& limits, const LoginRequest& request,
                                const Standing& standing);

// The budget of all messages together. Real ones are taken from it, decoys only look at it.
Budget host_budget(const LimitSettings& limits);

LockRules lock_rules(const LimitSettings& limits);

// Accounts for the sends of one delivery in the store, and for how they went in its counters.
class StoreLedger final : public SendLedger {
 public:
  enum class Sender { provider, decoy };  // no metric shows a decoy's

  StoreLedger(Store& store, std::vector<Budget> budgets, Sender sender = Sender::provider)
      : store_(store), budgets_(std::move(budgets)), sender_(sender) {}

  bool reserve(const std::string& provider) override;
  void settle(const SendReport& report) override;

  // Why the last reserve() said no.
  bool store_failed() const { return store_failed_; }
  std::chrono::seconds retry_in() const { return retry_in_; }
  const std::string& detail() const { return detail_; }

 private:
  Store& store_;
  std::vector<Budget> budgets_;
  Sender sender_;
  std::optional<SendId> reserved_;
  SteadyTime reserved_at_{};
  bool store_failed_ = false;
  std::chrono::seconds retry_in_{0};
  std::string detail_;
};

// Counts the attempts under way, by user and in all. Thread-safe.
class Admission {
 public:
  // One attempt's place; gives it back on destruction.
  class Place {
   public:
    Place(Admission& admission, std::string user)
        : admission_(&admission), user_(std::move(user)) {}
    Place(Place&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), user_(std::move(other.user_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (admission_ != nullptr) admission_->leave(user_);
    }

   private:
    Admission* admission_;
    std::string user_;
  };

  // nullopt when `per_user` attempts of this user are under way already.
  std::optional<Place> admit(const std::string& user, unsigned per_user);

 private:
  void leave(const std::string& user);

  std::mutex mutex_;
  std::map<std::string, unsigned> under_way_;
};

}  // namespace sms2fa
