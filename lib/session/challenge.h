// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/lane.h"
#include "lib/base/phone_number.h"
#include "lib/base/secret.h"
#include "lib/delivery/tracked_message.h"

namespace sms2fa {

// A challenge belongs to these and is never met under others: a code for a login proves nothing at
// an enrolment.
struct ChallengeKey {
  std::string user;
  std::string service;
  std::string source;
  Lane lane = Lane::unproven;
  std::string crowd = {};  // that the source is of (LoginRequest::crowd())
  bool enrolls = false;
  auto operator<=>(const ChallengeKey&) const = default;
};

// Who took the last message of a challenge.
struct LastDelivery {
  std::string provider = {};
  std::string message_id = {};
  bool checks = false;  // made the code, and alone can say whether an answer is right
  // What becomes of the message; nullptr when nobody can be asked.
  std::shared_ptr<const TrackedMessage> message = nullptr;
};

struct ChallengeRules {
  std::chrono::seconds lifetime;
  unsigned tries;
  unsigned sends;
  std::chrono::seconds resend_after;
};

// A code that was, is being or may yet be sent, and how often an answer may still be given. It
// outlives the connection, so that a client that reconnects goes on with the same code and the same
// counter. Only its ChallengeTable changes it; the code is wiped when the last holder lets go.
class Challenge {
 public:
  // Fixed once the challenge is armed.
  const Secret& code() const { return code_; }
  const std::string& ref() const { return ref_; }
  // Fixed from the beginning.
  SteadyTime expires_at() const { return expires_at_; }

 private:
  friend class ChallengeTable;
  enum class State { sending, open, unsent, used, over };

  State state_ = State::sending;
  Secret code_;
  std::string ref_;
  std::optional<PhoneNumber> number_;
  bool decoy_ = false;
  bool void_ = false;
  bool resending_ = false;
  ChallengeRules rules_{};
  unsigned tries_left_ = 0;
  unsigned tries_under_way_ = 0;
  unsigned sends_ = 0;
  LastDelivery carrier_;
  std::optional<SteadyTime> sent_at_;
  SteadyTime expires_at_{};
  SteadyTime rests_until_{};
};

}  // namespace sms2fa
