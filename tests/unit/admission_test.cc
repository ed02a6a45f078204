// SPDX-License-Identifier: Apache-2.0
#include "lib/session/admission.h"

#include <atomic>
#include <thread>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Slot = Admission::Slot;

LimitSettings limits_of(unsigned at_once, unsigned per_user) {
  LimitSettings limits;
  limits.logins_at_once = at_once;
  limits.logins_per_user = per_user;
  return limits;
}

LoginRequest remote(const std::string& user, const std::string& rhost, Lane lane) {
  LoginRequest request;
  request.user = user;
  request.rhost = rhost;
  request.lane = lane;
  request.peer = 0;
  request.caller = "0";
  return request;
}

LoginRequest stranger(const std::string& user, const std::string& rhost) {
  return remote(user, rhost, Lane::unproven);
}

LoginRequest local(const std::string& user, const std::string& caller) {
  LoginRequest request = stranger(user, "");
  request.caller = caller;
  return request;
}

// A gate with its limits, and those that it let in.
class Gate {
 public:
  explicit Gate(const LimitSettings& limits) : limits_(limits) {}

  // Invalid when turned away, before the hello or after it.
  Slot enter(const LoginRequest& request) {
    Slot slot = connect(request.peer, request.lane == Lane::named);
    if (!slot.valid()) return {};
    full_ = admission_.admit(limits_, slot, request);
    if (full_ == nullptr) return slot;
    return {};
  }
  Slot connect(uid_t peer, bool named = false) {
    return admission_.greet(limits_, peer, named, [this] { ++ended_; });
  }
  // How many of a crowd of these get in.
  unsigned crowd(const LoginRequest& request, unsigned many) {
    unsigned in = 0;
    for (unsigned i = 0; i < many; ++i) {
      auto slot = enter(request);
      in += slot.valid() ? 1 : 0;
      if (slot.valid()) crowd_.push_back(std::move(slot));
    }
    return in;
  }
  int ended() const { return ended_; }
  // What kept the last one out after the hello.
  std::string full() const { return full_ == nullptr ? "" : full_; }

 private:
  Admission admission_;
  const LimitSettings limits_;
  int ended_ = 0;
  const char* full_ = nullptr;
  std::vector<Slot> crowd_;  // before the admission goes
};

// Those whose attempts have ended, as they do when they are told to.
void drop_displaced(std::vector<Slot>& places) {
  std::erase_if(places, [](const Slot& slot) { return slot.displaced(); });
}

}  // namespace

TEST(a_source_has_so_many_places_for_one_user) {
  Gate gate(limits_of(64, 2));
  for (const Lane lane : {Lane::proven, Lane::unproven}) {
    auto first = gate.enter(remote("alice", "192.0.2.7", lane));
    auto second = gate.enter(remote("alice", "192.0.2.7", lane));
    CHECK(first.valid() && second.valid());
    CHECK(!gate.enter(remote("alice", "192.0.2.7", lane)).valid());
    CHECK_EQ(gate.full(), "logins_per_user");
    CHECK(gate.enter(remote("bob", "192.0.2.7", lane)).valid());
    CHECK_EQ(gate.full(), "");
    CHECK(gate.enter(remote("alice", "198.51.100.7", lane)).valid());
  }
}

TEST(a_place_that_was_given_back_is_free_again) {
  Gate gate(limits_of(64, 1));
  {
    auto first = gate.enter(stranger("alice", "192.0.2.7"));
    auto moved = std::move(first);
    CHECK(!gate.enter(stranger("alice", "192.0.2.7")).valid());
  }
  CHECK(gate.enter(stranger("alice", "192.0.2.7")).valid());
}

TEST(strangers_cannot_touch_the_share_of_proven_logins) {
  Gate gate(limits_of(64, 100));
  for (int network = 0; network < 100; ++network)
    gate.crowd(stranger("alice", "192.0." + std::to_string(network) + ".7"), 10);
  CHECK_EQ(gate.crowd(remote("alice", "192.0.2.7", Lane::proven), 64), 64U);
}

TEST(one_address_and_one_network_fill_only_a_part) {
  Gate gate(limits_of(64, 100));
  CHECK_EQ(gate.crowd(stranger("alice", "192.0.2.7"), 64), 8U);
  CHECK_EQ(gate.crowd(stranger("alice", "192.0.2.8"), 64), 8U);
  CHECK_EQ(gate.crowd(stranger("alice", "192.0.2.9"), 64), 0U);
  CHECK_EQ(gate.full(), "logins_at_once");
  CHECK_EQ(gate.crowd(stranger("alice", "2001:db8:1:2::3"), 64), 8U);
  CHECK_EQ(gate.crowd(stranger("alice", "2001:db8:1:2::4"), 64), 0U);
  CHECK_EQ(gate.crowd(stranger("alice", "2001:db8:1:3::4"), 64), 8U);
  CHECK_EQ(gate.crowd(stranger("alice", "2001:db8:1:4::4"), 64), 0U);
  CHECK_EQ(gate.ended(), 0);
}

TEST(one_local_caller_fills_only_a_part_whatever_the_terminal) {
  Gate gate(limits_of(64, 100));
  unsigned in = 0;
  for (int tty = 0; tty < 20; ++tty) {
    auto request = local("alice", "mallory");
    request.tty = "/dev/pts/" + std::to_string(tty);
    in += gate.crowd(request, 1);
  }
  CHECK_EQ(in, 8U);
  CHECK(gate.enter(local("bob", "bob")).valid());
}

TEST(strangers_on_the_network_end_nothing_of_this_machine) {
  Gate gate(limits_of(64, 100));
  auto bob = gate.enter(local("bob", "bob"));
  for (int network = 0; network < 200; ++network)
    gate.crowd(stranger("alice", "192.0." + std::to_string(network) + ".7"), 1);
  CHECK(bob.valid() && !bob.displaced());
}

TEST(at_the_cap_the_oldest_of_the_fullest_network_ends_for_one_from_elsewhere) {
  Gate gate(limits_of(16, 100));  // 8 strangers, 4 of one network, 2 of one address
  auto oldest = gate.enter(stranger("alice", "198.51.100.7"));
  auto second = gate.enter(stranger("alice", "192.0.2.7"));
  gate.crowd(stranger("alice", "192.0.2.7"), 1);
  gate.crowd(stranger("alice", "192.0.2.8"), 1);
  gate.crowd(stranger("alice", "203.0.113.7"), 2);
  gate.crowd(stranger("alice", "203.0.113.8"), 2);
  CHECK_EQ(gate.ended(), 0);
  auto newcomer = gate.enter(stranger("bob", "203.0.114.7"));
  CHECK(newcomer.valid() && !newcomer.displaced());
  CHECK_EQ(gate.ended(), 1);
  // The fullest is 203.0.113.0/24 with four.
  CHECK(!oldest.displaced() && !second.displaced());
  // Of its own crowd nobody is ended for anybody.
  CHECK(!gate.enter(stranger("alice", "203.0.113.9")).valid() || gate.ended() == 2);
}

TEST(a_right_proven_login_is_not_ended_for_another_one) {
  Gate gate(limits_of(2, 4));
  auto alice = gate.enter(remote("alice", "192.0.2.7", Lane::proven));
  auto bob = gate.enter(remote("bob", "192.0.2.8", Lane::proven));
  CHECK(!gate.enter(remote("carol", "192.0.2.9", Lane::proven)).valid());
  CHECK(!alice.displaced() && !bob.displaced());
}

TEST(a_proven_user_who_fills_the_share_makes_room_for_others) {
  Gate gate(limits_of(8, 8));
  CHECK_EQ(gate.crowd(remote("mallory", "192.0.2.7", Lane::proven), 8), 8U);
  CHECK(!gate.enter(remote("mallory", "192.0.2.8", Lane::proven)).valid());
  CHECK(gate.enter(remote("alice", "192.0.2.7", Lane::proven)).valid());
  CHECK_EQ(gate.ended(), 1);
}

TEST(what_is_being_ended_still_counts_against_the_number_of_threads) {
  Gate gate(limits_of(8, 8));  // 4 strangers
  std::vector<Slot> places;
  for (int i = 0; i < 100; ++i) {
    auto slot = gate.enter(stranger("alice", "192.0." + std::to_string(i) + ".7"));
    if (slot.valid()) places.push_back(std::move(slot));
  }
  CHECK(places.size() <= 8);
}

TEST(silent_connections_of_many_uids_give_way) {
  Gate gate(limits_of(64, 4));
  std::vector<Slot> silent;
  for (uid_t uid = 100'000; uid < 100'020; ++uid)
    for (int i = 0; i < 4; ++i)
      if (auto slot = gate.connect(uid); slot.valid()) {
        silent.push_back(std::move(slot));
        drop_displaced(silent);
      }
  LoginRequest own;
  own.user = "alice";
  own.lane = Lane::own;
  own.peer = 1000;
  drop_displaced(silent);
  auto alice = gate.enter(own);
  REQUIRE(alice.valid());
  CHECK(!alice.displaced());
  // What has said who it is stays when more silence comes.
  for (uid_t uid = 200'000; uid < 200'100; ++uid)
    if (auto slot = gate.connect(uid); slot.valid()) {
      silent.push_back(std::move(slot));
      drop_displaced(silent);
    }
  CHECK(!alice.displaced());
  CHECK(gate.enter(remote("bob", "192.0.2.7", Lane::proven)).valid());
  CHECK(gate.enter(local("bob", "bob")).valid());
}

TEST(an_ordinary_user_has_as_many_places_in_all) {
  Gate gate(limits_of(64, 3));
  std::vector<Slot> places;
  for (int i = 0; i < 10; ++i)
    if (auto slot = gate.connect(1000); slot.valid()) places.push_back(std::move(slot));
  CHECK_EQ(places.size(), 3U);
  CHECK(gate.connect(1001).valid());
}

TEST(a_named_peer_has_a_share_of_its_own_in_which_no_network_shuts_out_another) {
  Gate gate(limits_of(64, 4));  // 16 places, 8 of them for one network
  LoginRequest web;
  web.lane = Lane::named;
  web.peer = 33;
  std::vector<Slot> places;
  for (int i = 0; i < 12; ++i) {
    web.user = "user" + std::to_string(i);
    web.rhost = "203.0.113." + std::to_string(i);
    if (auto slot = gate.enter(web); slot.valid()) places.push_back(std::move(slot));
  }
  CHECK_EQ(places.size(), 8U);
  web.rhost = "198.51.100.7";
  CHECK(gate.enter(web).valid());
  LoginRequest own;
  own.user = "alice";
  own.lane = Lane::own;
  own.peer = 1000;
  CHECK(gate.enter(own).valid());
  CHECK(gate.enter(remote("bob", "192.0.2.7", Lane::unproven)).valid());
}

TEST(hosts_that_say_nothing_give_way_to_the_next) {
  Gate gate(limits_of(4, 4));
  std::vector<Slot> silent;
  for (int i = 0; i < 4; ++i) silent.push_back(gate.connect(0));
  auto fifth = gate.connect(0);
  CHECK(fifth.valid());
  CHECK(silent.front().displaced());
  CHECK(!silent.back().displaced());
}

TEST(admission_is_exact_with_many_threads) {
  Admission admission;
  const LimitSettings limits = limits_of(1000, 4);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        auto slot = admission.greet(limits, 0, false, [] {});
        if (!slot.valid() ||
            admission.admit(limits, slot, remote("alice", "192.0.2.7", Lane::proven)) != nullptr)
          continue;
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(most <= 4 && most > 0);
  CHECK_EQ(admission.size(), 0U);
}
