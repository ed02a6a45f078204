// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "lib/base/mutex.h"
#include "lib/config/configuration.h"
#include "lib/session/login_request.h"

namespace sms2fa {

// Who may have an attempt under way, so that no crowd shuts out others. Each lane has a share that
// the others can't touch: proven logins logins_at_once places, unproven ones from the network
// half as many, unproven ones of this machine, programs of ordinary users and peers of [peer] a
// quarter each. Of such a share an address has a quarter, a network (IPv4 /24, IPv6 /48) or a
// calling user half; for one user each source has logins_per_user places in each lane; an
// ordinary user has as many in all. In a full share the oldest attempt of the fullest crowd
// (network, caller or user) ends for a newcomer of another crowd. Thread-safe.
class Admission {
  enum class Share {
    silent,
    proven,
    unproven,
    local,
    own,
    named
  };  // silent: root's, before the hello
  struct Entry {
    Share share = Share::silent;
    std::string crowd = {};
    std::string source = {};
    std::string user = {};
    bool has_spoken = false;
    bool displaced = false;
    std::function<void()> end = {};
  };
  using Entries = std::list<Entry>;

 public:
  // One attempt's place; given back on destruction.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(entry_, other.entry_);
      return *this;
    }
    ~Slot();

    bool valid() const { return admission_ != nullptr; }
    // The place went to a newcomer: the attempt has to end.
    bool displaced() const;

   private:
    friend class Admission;
    Slot(Admission& admission, Entries::iterator entry) : admission_(&admission), entry_(entry) {}

    Admission* admission_ = nullptr;
    Entries::iterator entry_ = {};
  };

  // The place of a connection that has said nothing yet; invalid when there is none. `end` is
  // called, at most once and while the place is valid, from another thread to end the attempt
  // early; it must not call the admission.
  // `named`: [peer] names the peer.
  Slot greet(const LimitSettings& limits, uid_t peer, bool named, std::function<void()> end);

  // After the hello: moves the place to where the request belongs. nullptr when there is room, else
  // the key of [limits] that leaves none.
  const char* admit(const LimitSettings& limits, Slot& slot, const LoginRequest& request);

  // Attempts under way, those that are being ended included.
  size_t size();

 private:
  struct Room;
  using Crowds = std::map<std::string_view, size_t>;  // how many places each has

  static Share share_of(const LoginRequest& request);
  static bool may_displace(const Entry& newcomer, const Entry& entry, Crowds& crowds);
  const char* make_room(const Room& room, const Entry& newcomer) REQUIRES(mutex_);
  void leave(Entries::iterator entry) noexcept;

  Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);  // the oldest first
};

}  // namespace sms2fa
