// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/totp_parameters.h"

namespace sms2fa {

// One authenticator app. `label` tells a person's apps apart; `sealed` is the key, sealed.
struct EnrolledApp {
  std::string label;
  std::string sealed;
  TotpParameters parameters;
  WallTime since;
};

// A number that takes the other's place when its time has come.
struct PlannedNumber {
  std::string sealed;
  std::chrono::seconds due_in{0};
};

// What a person has enrolled, apart from backup codes. Numbers and keys are sealed (key_ring.h):
// the store can't read them.
struct Enrolment {
  std::optional<std::string> sealed_number;
  std::optional<PlannedNumber> planned;
  std::vector<EnrolledApp> apps;  // by label
};

// More would only cost time at each answer.
inline constexpr size_t kMostApps = 4;
inline constexpr size_t kLongestAppLabel = 32;

// What became of something sealed that should be kept.
enum class PutStatus { done, another_key, too_many };
Result<void> put_outcome(const Result<PutStatus>& status);

// The part of a Store that keeps enrolments. Thread-safe; each call is atomic, and durable when it
// returns. Whatever is sealed with another key than the store's current one (the first that was
// ever used, or the last that reseal() brought) is refused: a rotation has just passed by.
class EnrolmentStore {
 public:
  // Gives what should take the place of a sealed value of a user; nullopt ends it all unchanged.
  using Reseal =
      std::function<std::optional<std::string>(const std::string& user, const std::string& sealed)>;

  virtual ~EnrolmentStore() = default;

  // Empty for everybody who has enrolled nothing. A planned number whose time has come is the
  // number.
  virtual Result<Enrolment> enrolment_of(const std::string& user);
  // Whoever has a number, an app or backup codes, by name.
  virtual Result<std::vector<std::string>> enrolled_users();

  // At once, or after `wait` of the store's time. Either takes the place of an earlier plan.
  virtual Result<void> set_number(const std::string& user, const std::string& sealed);
  virtual Result<void> plan_number(const std::string& user, const std::string& sealed,
                                   std::chrono::seconds wait);
  // Takes the place of the user's app with the same label. `refused` when it would be one more than
  // kMostApps.
  virtual Result<void> put_app(const std::string& user, const EnrolledApp& app);
  // Everything the user has enrolled, backup codes included. False when there was nothing.
  virtual Result<bool> remove_enrolment(const std::string& user);

  // All sealed values of the store get new ones, sealed with the key `key_id`, in one transaction.
  // Returns how many; `refused` when `reseal` gave up. `reseal` runs on another thread.
  virtual Result<size_t> reseal(const std::string& key_id, const Reseal& reseal);
};

}  // namespace sms2fa
