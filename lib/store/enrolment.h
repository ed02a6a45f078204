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
#include "lib/store/generation.h"

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

// What became of something that should be kept.
enum class PutStatus { done, another_key, too_many, outdated };
// `next` when it is done.
Result<Generation> put_outcome(const Result<PutStatus>& status, const Generation& next);

// An administrator's leave to enroll a first factor: what the word is hashed with, and how long it
// is good for yet.
struct Invitation {
  std::string parameters;
  std::chrono::seconds expires_in;
};

// The part of a Store that keeps enrolments. Thread-safe; each call is atomic, and durable when it
// returns. Whatever is sealed with another key than the store's current one (the first that was
// ever used, or the last that reseal() brought) is refused: a rotation has just passed by.
// A change whose proof does not hold any more is `outdated`; what is done moves the generation on
// and returns the new one.
class EnrolmentStore {
 public:
  // Gives what should take the place of a sealed value of a user; nullopt ends it all unchanged.
  using Reseal =
      std::function<std::optional<std::string>(const std::string& user, const std::string& sealed)>;

  virtual ~EnrolmentStore() = default;

  // Empty for everybody who has enrolled nothing. A planned number whose time has come is the
  // number.
  virtual Result<Enrolment> enrolment_of(const std::string& user) = 0;
  // Whoever has a number, an app or backup codes, by name.
  virtual Result<std::vector<std::string>> enrolled_users() = 0;

  virtual Result<Generation> generation_of(const std::string& user) = 0;

  // At once, or after `wait` of the store's time. Either takes the place of an earlier plan.
  virtual Result<Generation> set_number(const std::string& user, const std::string& sealed,
                                        const Proof& proof) = 0;
  virtual Result<Generation> plan_number(const std::string& user, const std::string& sealed,
                                         std::chrono::seconds wait, const Proof& proof) = 0;
  // Takes the place of the user's app with the same label. `refused` when it would be one more than
  // kMostApps.
  virtual Result<Generation> put_app(const std::string& user, const EnrolledApp& app,
                                     const Proof& proof) = 0;
  // Puts these in the place of the user's backup codes; none: the user has none any more. The
  // hashes differ from each other.
  virtual Result<Generation> replace_backup_codes(const std::string& user,
                                                  const std::string& parameters,
                                                  const std::vector<std::string>& hashes,
                                                  const Proof& proof) = 0;
  // Everything the user has enrolled, backup codes included. False when there was nothing; the
  // generation moves on all the same.
  virtual Result<bool> remove_enrolment(const std::string& user) = 0;

  // Puts this in the place of any invitation that the user has; the word itself is not kept. Any
  // change of what the user holds uses it up.
  virtual Result<void> invite(const std::string& user, const std::string& parameters,
                              const std::string& hash, std::chrono::seconds lifetime) = 0;
  // nullopt: the user has none that is good now.
  virtual Result<std::optional<Invitation>> invitation_of(const std::string& user) = 0;
  // Whether this is the hash of the user's invitation.
  virtual Result<bool> is_invited(const std::string& user, const std::string& hash) = 0;

  // All sealed values of the store get new ones, sealed with the key `key_id`, in one transaction.
  // Returns how many; `refused` when `reseal` gave up. `reseal` runs on another thread.
  virtual Result<size_t> reseal(const std::string& key_id, const Reseal& reseal) = 0;
};

}  // namespace sms2fa
