// SPDX-License-Identifier: Apache-2.0
#include "lib/session/challenge_table.h"

#include <thread>

#include "tests/support/fakes.h"
#include "tests/support/test.h"

using namespace sms2fa;
using namespace sms2fa::test;
using namespace std::chrono_literals;

namespace {

using Kind = ChallengeTable::Entry::Kind;
using TryStatus = ChallengeTable::TryStatus;
using ResendStatus = ChallengeTable::ResendStatus;

const ChallengeKey kKey = {"alice", "sshd", "192.0.2.7"};
const ChallengeKey kOther = {"bob", "sshd", "192.0.2.7"};
constexpr ChallengeRules kRules = {5min, 3, 3, 30s};

struct Fixture {
  ManualClock clock;
  ChallengeTable table{clock, 6};  // three of strangers
  std::optional<PhoneNumber> number;

  ChallengeTable::Entry enter(const ChallengeKey& key = kKey, bool decoy = false,
                              Milliseconds patience = 0ms) {
    return table.enter(key, number, decoy, kRules, patience);
  }
  ChallengeTable::Handle open(const ChallengeKey& key = kKey, bool decoy = false) {
    const auto entry = enter(key, decoy);
    if (entry.kind != Kind::opened) return nullptr;
    table.arm(entry.challenge, Secret("493817"), "K7");
    table.sent(entry.challenge, {"fake", "SM1"});
    return entry.challenge;
  }
  bool answer(const ChallengeTable::Handle& challenge, std::string_view text,
              const ChallengeKey& key = kKey) {
    return table.take_try(challenge).status == TryStatus::granted &&
           table.answer_is_right(key, challenge, text);
  }
};

}  // namespace

TEST(a_challenge_is_opened_once_and_then_resumed) {
  Fixture f;
  const auto challenge = f.open();
  REQUIRE(challenge != nullptr);
  CHECK_EQ(challenge->ref(), "K7");
  CHECK(challenge->code().reveal() == "493817");
  CHECK(challenge->expires_at() == f.clock.now() + 5min);
  f.clock.advance(1999ms);
  const auto again = f.enter();
  CHECK_EQ(again.kind, Kind::resumed);
  CHECK(again.challenge == challenge);
  CHECK(again.time == 1s);
  CHECK_EQ(f.enter(kOther).kind, Kind::opened);
  CHECK_EQ(f.table.size(), 2u);
}

TEST(who_comes_while_another_sends_waits_and_gives_up) {
  Fixture f;
  CHECK_EQ(f.enter().kind, Kind::opened);
  CHECK_EQ(f.enter(kKey, false, 1ms).kind, Kind::full);
  CHECK_EQ(f.enter(kOther).kind, Kind::opened);
}

TEST(who_waits_for_a_send_hears_how_it_went) {
  for (const bool sent : {true, false}) {
    Fixture f;
    const auto first = f.enter();
    Kind seen = Kind::full;
    std::thread waiter([&] { seen = f.enter(kKey, false, 1h).kind; });
    sent ? f.table.sent(first.challenge, {}) : f.table.not_sent(first.challenge, 5s);
    waiter.join();
    CHECK_EQ(seen, sent ? Kind::resumed : Kind::unsent);
  }
}

TEST(a_challenge_that_was_not_sent_rests_as_long_as_told) {
  Fixture f;
  f.table.not_sent(f.enter().challenge, 5s);
  f.clock.advance(4999ms);
  CHECK_EQ(f.enter().kind, Kind::unsent);
  f.clock.advance(1ms);
  const auto next = f.enter();
  CHECK_EQ(next.kind, Kind::opened);
  f.table.not_sent(next.challenge, 0s);
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(tries_count_down_and_then_the_key_rests) {
  Fixture f;
  const auto challenge = f.open();
  for (unsigned left = 3; left-- > 0;) {
    const auto granted = f.table.take_try(challenge);
    CHECK_EQ(granted.status, TryStatus::granted);
    CHECK_EQ(granted.left, left);
    CHECK(!f.table.answer_is_right(kKey, challenge, "000000"));
  }
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::none_left);
  f.clock.advance(100ms);
  const auto cooldown = f.enter();
  CHECK_EQ(cooldown.kind, Kind::cooldown);
  CHECK(cooldown.challenge == nullptr);
  CHECK(cooldown.time == 30s);
  f.clock.advance(29'900ms);
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(the_key_does_not_rest_while_a_try_is_under_way) {
  Fixture f;
  const auto challenge = f.open();
  CHECK_EQ(f.table.take_try(challenge).left, 2u);
  f.table.forfeit_try(challenge);
  CHECK_EQ(f.table.take_try(challenge).left, 1u);
  CHECK_EQ(f.table.take_try(challenge).left, 0u);
  CHECK(!f.table.answer_is_right(kKey, challenge, "000000"));
  CHECK_EQ(f.enter().kind, Kind::resumed);
  CHECK(f.table.answer_is_right(kKey, challenge, "493817"));
}

TEST(a_right_answer_is_right_once) {
  Fixture f;
  const auto challenge = f.open();
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::granted);
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::granted);
  CHECK(f.table.answer_is_right(kKey, challenge, "493817"));
  CHECK(!f.table.answer_is_right(kKey, challenge, "493817"));
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::used);
  CHECK_EQ(f.table.size(), 0u);
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(a_success_leaves_a_younger_challenge_of_the_key_alone) {
  Fixture f;
  const auto older = f.open();
  f.clock.advance(5min - 1ms);
  CHECK_EQ(f.table.take_try(older).status, TryStatus::granted);
  f.clock.advance(1ms);
  const auto younger = f.open();
  REQUIRE(younger != nullptr && younger != older);
  CHECK(!f.table.answer_is_right(kKey, older, "493817"));
  CHECK_EQ(f.enter().kind, Kind::resumed);
  CHECK(f.answer(younger, "493817"));
}

TEST(an_expired_challenge_grants_and_compares_nothing) {
  Fixture f;
  const auto challenge = f.open();
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::granted);
  f.clock.advance(5min);
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::expired);
  CHECK(!f.table.answer_is_right(kKey, challenge, "493817"));
  CHECK(!f.table.may_resend(challenge));
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::none_left);
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(a_decoys_code_is_never_right) {
  Fixture f;
  const auto challenge = f.open(kKey, true);
  CHECK(!f.answer(challenge, "493817"));
}

TEST(a_challenge_of_a_locked_person_goes_on_but_is_never_right) {
  Fixture f;
  const auto challenge = f.open();
  CHECK(!f.table.is_void(challenge));
  f.table.make_decoy(challenge);
  CHECK(f.table.is_void(challenge));
  CHECK(!f.answer(challenge, "493817"));
}

TEST(a_decoy_is_dropped_for_a_real_attempt) {
  Fixture f;
  const auto decoy = f.open(kKey, true);
  CHECK_EQ(f.enter(kKey, true).kind, Kind::resumed);
  const auto real = f.enter(kKey, false);
  CHECK_EQ(real.kind, Kind::opened);
  CHECK(real.challenge != decoy);
}

TEST(a_real_challenge_becomes_a_decoy_for_good_when_a_decoy_attempt_meets_it) {
  Fixture f;
  const auto challenge = f.open();
  const auto met = f.enter(kKey, true);
  CHECK_EQ(met.kind, Kind::resumed);
  CHECK(met.challenge == challenge);
  CHECK(f.table.is_void(challenge));
  CHECK(!f.answer(challenge, "493817"));
  const auto real = f.enter(kKey, false);
  CHECK_EQ(real.kind, Kind::opened);
  CHECK(real.challenge != challenge);
}

TEST(a_challenge_made_a_decoy_by_a_lock_is_resumed_by_decoys_only) {
  Fixture f;
  const auto challenge = f.open();
  f.table.make_decoy(challenge);
  CHECK(!f.answer(challenge, "493817"));
  CHECK(f.enter(kKey, true).challenge == challenge);
  CHECK_EQ(f.enter(kKey, false).kind, Kind::opened);
}

TEST(resends_are_granted_one_at_a_time_in_their_time) {
  Fixture f;
  const auto challenge = f.open();
  CHECK(f.table.may_resend(challenge));
  auto resend = f.table.begin_resend(challenge);
  CHECK_EQ(resend.status, ResendStatus::too_soon);
  CHECK(resend.wait == 30s);
  f.clock.advance(30s);
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::granted);
  resend = f.table.begin_resend(challenge);
  CHECK_EQ(resend.status, ResendStatus::too_soon);
  CHECK(resend.wait == 1s);
  f.clock.advance(2s);
  f.table.end_resend(challenge, LastDelivery{});
  resend = f.table.begin_resend(challenge);
  CHECK_EQ(resend.status, ResendStatus::too_soon);
  CHECK(resend.wait == 30s);
  CHECK(f.enter().time == 0s);
  f.clock.advance(30s);
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::granted);
  f.table.end_resend(challenge, std::nullopt);
  CHECK(!f.table.may_resend(challenge));
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::none_left);
}

TEST(there_is_nothing_to_resend_for_a_challenge_that_is_over) {
  Fixture used;
  const auto challenge = used.open();
  used.clock.advance(30s);
  CHECK(used.answer(challenge, "493817"));
  CHECK(!used.table.may_resend(challenge));
  CHECK_EQ(used.table.begin_resend(challenge).status, ResendStatus::none_left);

  Fixture spent;
  const auto other = spent.open();
  spent.clock.advance(30s);
  for (int i = 0; i < 3; ++i) CHECK(!spent.answer(other, "000000"));
  CHECK(!spent.table.may_resend(other));
  CHECK_EQ(spent.table.begin_resend(other).status, ResendStatus::none_left);
}

TEST(there_is_nothing_to_resend_while_the_last_try_is_under_way) {
  Fixture f;
  const auto challenge = f.open();
  f.clock.advance(30s);
  for (int i = 0; i < 3; ++i) CHECK_EQ(f.table.take_try(challenge).status, TryStatus::granted);
  CHECK(!f.table.may_resend(challenge));
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::none_left);
}

TEST(a_pretended_message_leaves_the_real_ones_carrier) {
  Fixture f;
  const auto challenge = f.open();
  f.clock.advance(30s);
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::granted);
  f.table.end_resend(challenge, LastDelivery{});
  CHECK_EQ(f.table.last_delivery_of(challenge).provider, "fake");
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::too_soon);
}

TEST(a_challenge_being_sent_is_not_swept_away) {
  Fixture f;
  const auto entry = f.enter();
  f.clock.advance(10min);
  CHECK_EQ(f.enter(kOther).kind, Kind::opened);
  CHECK_EQ(f.table.size(), 2u);
  f.table.sent(entry.challenge, {"fake", "SM1"});
}

TEST(a_holder_may_outlive_the_tables_interest) {
  Fixture f;
  const auto challenge = f.open();
  f.clock.advance(5min);
  CHECK_EQ(f.enter().kind, Kind::opened);
  CHECK(challenge->code().reveal() == "493817");
  CHECK_EQ(f.table.take_try(challenge).status, TryStatus::expired);
}

TEST(a_code_is_void_once_the_number_on_record_has_changed) {
  Fixture f;
  f.number = PhoneNumber::parse_international("+353851234567");
  const auto old = f.open();
  f.number = PhoneNumber::parse_international("+353851234568");
  const auto entry = f.enter();
  CHECK_EQ(entry.kind, Kind::opened);
  CHECK(entry.challenge != old);
}

TEST(a_decoy_that_meets_a_challenge_goes_on_with_it_whatever_its_number) {
  Fixture f;
  f.number = PhoneNumber::parse_international("+353851234567");
  const auto challenge = f.open();
  f.number.reset();
  CHECK(f.enter(kKey, true).challenge == challenge);
}

TEST(a_code_that_no_message_holds_is_no_answer) {
  Fixture f;
  const auto challenge = f.enter().challenge;
  f.table.arm(challenge, Secret("493817"), "K7");
  f.table.open_without_message(challenge, false);
  CHECK(!f.answer(challenge, "493817"));
  REQUIRE(f.table.begin_resend(challenge).status == ResendStatus::granted);
  f.table.end_resend(challenge, LastDelivery{"fake", "SM1"});
  CHECK(f.answer(challenge, "493817"));
}

TEST(standing_by_asks_for_a_message_at_once_unless_one_is_on_its_way) {
  Fixture f;
  const auto challenge = f.enter().challenge;
  f.table.open_without_message(challenge, true);
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::too_soon);
  CHECK(!f.enter().time.has_value());
  f.table.end_resend(challenge, std::nullopt);
  CHECK_EQ(f.table.begin_resend(challenge).status, ResendStatus::granted);
}

TEST(what_was_proved_otherwise_ends_a_code_that_is_out) {
  Fixture f;
  const auto challenge = f.open();
  const auto other = f.enter().challenge;
  REQUIRE(f.table.take_try(challenge).status == TryStatus::granted);
  CHECK(f.table.answer_is_right(kKey, challenge, "another", true));
  CHECK_EQ(f.table.take_try(other).status, TryStatus::used);
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(what_was_proved_without_a_message_leaves_others_at_their_prompt) {
  Fixture f;
  const auto challenge = f.enter().challenge;
  f.table.open_without_message(challenge, false);
  const auto other = f.enter().challenge;
  CHECK(other == challenge);
  REQUIRE(f.table.take_try(challenge).status == TryStatus::granted);
  CHECK(f.table.answer_is_right(kKey, challenge, "another", true));
  CHECK_EQ(f.table.take_try(other).status, TryStatus::granted);
  CHECK(f.table.answer_is_right(kKey, other, "one more", true));
  CHECK_EQ(f.enter().kind, Kind::opened);
}

TEST(a_decoy_is_proved_by_nothing) {
  Fixture f;
  const auto challenge = f.open(kKey, true);
  REQUIRE(f.table.take_try(challenge).status == TryStatus::granted);
  CHECK(!f.table.answer_is_right(kKey, challenge, "493817", true));
}

TEST(a_code_that_the_provider_checks_is_compared_with_nothing_of_ours) {
  Fixture f;
  const auto challenge = f.enter().challenge;
  f.table.arm(challenge, Secret("493817"), "K7");
  f.table.sent(challenge, {"verify", "VE1", true});
  CHECK_EQ(f.table.last_delivery_of(challenge).provider, "verify");
  CHECK(!f.answer(challenge, "493817"));
}

TEST(tries_that_are_given_back_open_a_challenge_again_and_no_more_than_they_were) {
  Fixture f;
  const auto challenge = f.open();
  CHECK(!f.answer(challenge, "000000"));
  for (int i = 0; i < 2; ++i) {
    CHECK_EQ(f.table.take_try(challenge).status, TryStatus::granted);
    f.table.forfeit_try(challenge);
  }
  CHECK_EQ(f.enter().kind, Kind::cooldown);
  f.table.give_back(challenge, 2);
  CHECK_EQ(f.enter().kind, Kind::resumed);
  CHECK(!f.answer(challenge, "000000"));
  CHECK(f.answer(challenge, "493817"));
}
