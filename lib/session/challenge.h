// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/secret.h"

namespace sms2fa {

// A challenge belongs to these three and is never met under others.
struct ChallengeKey {
  std::string user;
  std::string service;
  std::string source;
  auto operator<=>(const ChallengeKey&) const = default;
};

struct ChallengeRules {
  std::chrono::seconds lifetime;
  unsigned tries;
  unsigned sends;
  std::chrono::seconds resend_after;
};

// A code that was (or is being) sent, and how often it may still be tried. It outlives the
// connection, so that a client that reconnects goes on with the same code and the same counter.
// Only its ChallengeTable changes it; the code is wiped when the last holder lets go.
class Challenge {
 public:
  // Fixed once the challenge is open.
  const Secret& code() const { return code_; }
  const std::string& ref() const { return ref_; }
  SteadyTime expires_at() const { return expires_at_; }

 private:
  friend class ChallengeTable;
  enum class State { sending, open, unsent, used, over };

  State state_ = State::sending;
  Secret code_;
  std::string ref_;
  bool decoy_ = false;
  bool void_ = false;
  bool resending_ = false;
  ChallengeRules rules_{};
  unsigned tries_left_ = 0;
  unsigned tries_under_way_ = 0;
  unsigned sends_ = 1;
  SteadyTime sent_at_{};
  SteadyTime expires_at_{};
  SteadyTime rests_until_{};
};

// All open challenges. Thread-safe: each call is atomic.
class ChallengeTable {
 public:
  using Handle = std::shared_ptr<Challenge>;

  // `most` bounds their number. `clock` must outlive the table.
  ChallengeTable(const Clock& clock, size_t most) : clock_(clock), most_(most) {}

  struct Entry {
    enum class Kind {
      opened,   // new: the caller sends, then calls sent() or not_sent()
      resumed,  // goes on; `time` is the age of its last message
      resting,  // out of tries; `time` until a new one may begin
      unsent,   // the message for it could not be sent a moment ago
      crowded,  // no room, or another attempt has been sending for too long
    };
    Kind kind;
    Handle challenge;  // for opened and resumed
    std::chrono::seconds time{0};
  };

  // Finds the key's challenge or opens one. When another attempt is sending for the same key, waits
  // for its result, at most `patience`. A decoy never becomes a real challenge: the decoy is
  // dropped and a new one opened. A real challenge that a decoy attempt meets becomes a decoy and
  // goes on, so that a lock doesn't show.
  Entry enter(const ChallengeKey& key, bool decoy, const ChallengeRules& rules,
              Milliseconds patience);

  // Gives an opened challenge its code, before the message leaves.
  void arm(const Handle& challenge, Secret code, std::string ref);
  // The message for an opened challenge left; or did not: then attempts within `rest` are told so
  // without a new try.
  void sent(const Handle& challenge);
  void not_sent(const Handle& challenge, std::chrono::seconds rest);

  enum class TryStatus {
    granted,
    none_left,
    expired,
    used,  // another attempt gave the right answer
  };
  struct Try {
    TryStatus status;
    unsigned left = 0;  // after this one
  };
  // Takes one try, before the answer is counted anywhere or compared.
  Try take_try(const Handle& challenge);

  // Compares, after a granted try and instead of forfeit_try(). True at most once in a challenge's
  // life: the first right answer ends it. A wrong answer to the last try ends it too, and makes the
  // key rest.
  bool answer_is_right(const ChallengeKey& key, const Handle& challenge, std::string_view answer);
  // Ends a granted try as a wrong one, without looking at the answer.
  void forfeit_try(const Handle& challenge);

  // From now on no answer can be right and no message may leave for this challenge.
  void make_void(const Handle& challenge);
  // The same, because its person was locked: real attempts after the lock get a new one.
  void make_decoy(const Handle& challenge);

  enum class ResendStatus { granted, too_soon, none_left };
  struct Resend {
    ResendStatus status;
    std::chrono::seconds wait{0};  // when too soon
  };
  // none_left also for a challenge that is over or has expired: its code is of no use to anybody.
  Resend begin_resend(const Handle& challenge);
  void end_resend(const Handle& challenge, bool sent);

  bool may_resend(const Handle& challenge) const;
  bool is_void(const Handle& challenge) const;
  size_t size() const;

 private:
  Entry open_new(const ChallengeKey& key, bool decoy, const ChallengeRules& rules);
  bool is_spent(const Challenge& challenge) const;
  bool has_sends_left(const Challenge& challenge) const;
  void end_wrong_try(Challenge& challenge);
  void sweep();

  const Clock& clock_;
  const size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<ChallengeKey, Handle> challenges_;
  SteadyTime next_sweep_{};
};

}  // namespace sms2fa
