// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lib/base/mutex.h"
#include "lib/session/challenge.h"

namespace sms2fa {

// All open challenges. Thread-safe: each call is atomic.
class ChallengeTable {
 public:
  using Handle = std::shared_ptr<Challenge>;

  // `most` bounds the number of proven logins' challenges; others have half as many, programs of
  // ordinary users and peers of [peer] an eighth each, and one person kMostOfUser in each lane.
  // Where one of these is reached, the oldest of the fullest crowd is forgotten: those who are at
  // its prompt notice nothing, those who come back begin anew. Whether it is a decoy decides
  // nothing, or a flood would tell who is on record. `clock` must outlive the table.
  static constexpr size_t kMostOfUser = 64;
  ChallengeTable(const Clock& clock, size_t most) : clock_(clock), most_(most) {}

  struct Entry {
    enum class Kind {
      opened,    // new: the caller sends, then calls sent(), not_sent() or stand_by()
      resumed,   // goes on; `time` is the age of its last message, if one went out
      cooldown,  // out of tries; `time` until a new one may begin
      unsent,    // the message for it could not be sent a moment ago
      full,      // no room but others' who are sending, or another attempt has been sending for too
                 // long
    };
    Kind kind;
    Handle challenge;  // for opened and resumed
    std::optional<std::chrono::seconds> time = {};
  };

  // Finds the key's challenge or opens one. When another attempt is sending for the same key, waits
  // for its result, at most `patience`. A decoy never becomes a real challenge: the decoy is
  // dropped and a new one opened; so is a challenge for another number than `number`. A real
  // challenge that a decoy attempt meets becomes a decoy and goes on, so that a lock doesn't show.
  Entry enter(const ChallengeKey& key, const std::optional<PhoneNumber>& number, bool decoy,
              const ChallengeRules& rules, Milliseconds patience);

  // Gives an opened challenge its code, before any message leaves. Until one has, the code is no
  // answer.
  void arm(const Handle& challenge, Secret code, std::string ref);
  // The message for an opened challenge left; or did not: then attempts within `rest` are told so
  // without a new try.
  void sent(const Handle& challenge, LastDelivery carrier);
  void not_sent(const Handle& challenge, std::chrono::seconds rest);
  // The person can answer without a message. `sending`: one is on its way all the same, and its end
  // will be told by end_resend().
  void open_without_message(const Handle& challenge, bool sending);

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

  // Compares, after a granted try and instead of forfeit_try(); `proved` says that the answer was
  // found right in another way. True at most once for a code that was sent: the first right answer
  // ends the challenge, for all who hold it if they can have its code. A wrong answer to the last
  // try ends it too, and makes the key rest.
  bool answer_is_right(const ChallengeKey& key, const Handle& challenge, std::string_view answer,
                       bool proved = false);
  // Ends a granted try as a wrong one, without looking at the answer.
  void forfeit_try(const Handle& challenge);

  // Takes back `tries` that were forfeited, for their answers were none: the challenge goes on as
  // before.
  void give_back(const Handle& challenge, unsigned tries);

  // From now on no answer can be right and no message may leave for this challenge, because its
  // person was locked: real attempts after the lock get a new one.
  void make_decoy(const Handle& challenge);

  enum class ResendStatus { granted, too_soon, none_left };
  struct Resend {
    ResendStatus status;
    std::chrono::seconds wait{0};  // when too soon
  };
  // none_left also for a challenge that is over or has expired: its code is of no use to anybody.
  Resend begin_resend(const Handle& challenge);
  // `carrier` is set when the message left.
  void end_resend(const Handle& challenge, std::optional<LastDelivery> carrier);

  LastDelivery last_delivery_of(const Handle& challenge) const;
  // Whether a message with the code has left, or is on its way.
  bool message_is_out(const Handle& challenge) const;
  bool may_resend(const Handle& challenge) const;
  bool is_void(const Handle& challenge) const;
  size_t size() const;

 private:
  Entry open_new(const ChallengeKey& key, const std::optional<PhoneNumber>& number, bool decoy,
                 const ChallengeRules& rules) REQUIRES(mutex_);
  bool make_room(const ChallengeKey& key) REQUIRES(mutex_);
  bool forget_one(const ChallengeKey& key, bool of_user) REQUIRES(mutex_);
  void forget(const ChallengeKey& key, const Handle& challenge) REQUIRES(mutex_);
  bool is_spent(const Challenge& challenge) const REQUIRES(mutex_);
  bool has_sends_left(const Challenge& challenge) const REQUIRES(mutex_);
  void end_wrong_try(Challenge& challenge) REQUIRES(mutex_);
  void sweep() REQUIRES(mutex_);

  const Clock& clock_;
  const size_t most_;
  mutable Mutex mutex_;
  Condition changed_;
  std::map<ChallengeKey, Handle> challenges_ GUARDED_BY(mutex_);
  SteadyTime next_sweep_ GUARDED_BY(mutex_){};
};

}  // namespace sms2fa
