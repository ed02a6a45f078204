// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test.h"
#include "tests/unit/dispatcher_fixture.h"

using namespace sms2fa;
using namespace sms2fa::test;

TEST(each_send_is_reserved_before_and_settled_after) {
  DispatcherFixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "first");
  CHECK_EQ(report.message_id, "id-first");
  CHECK_EQ(report.detail, "first: accepted (why)");
  CHECK((one.log == Log{"reserve first", "send first", "settle first accepted"}));
}

TEST(credentials_and_try_elsewhere_go_on_to_the_next) {
  DispatcherFixture one;
  one.add("first", SendStatus::credentials);
  one.add("second", SendStatus::try_elsewhere);
  one.add("third", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "third");
  CHECK_EQ(report.detail, "first: credentials (why); second: failing (why); third: accepted (why)");
  CHECK((one.log == Log{"reserve first", "send first", "settle first credentials", "reserve second",
                        "send second", "settle second failing", "reserve third", "send third",
                        "settle third accepted"}));
}

TEST(every_other_end_stops_there) {
  for (const SendStatus status :
       {SendStatus::ambiguous, SendStatus::number_cannot_sms, SendStatus::number_refused,
        SendStatus::blocked, SendStatus::not_permitted}) {
    DispatcherFixture one;
    one.add("first", status);
    one.add("second", SendStatus::accepted);
    const auto report = one.deliver();
    CHECK_EQ(report.status, status);
    CHECK_EQ(report.provider, "first");
    CHECK_EQ(one.log.size(), 3u);
  }
}

TEST(when_all_fail_the_last_one_is_reported_with_the_story_of_all) {
  DispatcherFixture one;
  one.add("first", SendStatus::try_elsewhere, true);
  one.add("second", SendStatus::credentials);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::credentials);
  CHECK_EQ(report.provider, "second");
  CHECK_EQ(report.detail, "first: failing (why); second: credentials (why)");
  CHECK(report.may_have_been_sent);
}

TEST(an_empty_budget_stops_before_the_send) {
  DispatcherFixture one;
  one.add("first", SendStatus::try_elsewhere, true);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver(1);
  CHECK_EQ(report.status, SendStatus::not_permitted);
  CHECK_EQ(report.provider, "second");
  CHECK_EQ(report.detail, "first: failing (why); second: not permitted");
  CHECK(report.may_have_been_sent);
  CHECK((one.log == Log{"reserve first", "send first", "settle first failing", "reserve second"}));
}

TEST(after_the_deadline_nothing_is_reserved) {
  DispatcherFixture one;
  one.add("first", SendStatus::try_elsewhere, false, kDeadline);
  one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.provider, "first");
  CHECK_EQ(report.detail, "first: failing (why); second: no time left");
  CHECK_EQ(one.log.size(), 3u);
}

TEST(an_unclear_end_goes_on_only_where_the_configuration_says_so) {
  DispatcherFixture one;
  one.rules.retry_on_unknown_outcome = true;
  auto& first = one.add("first", SendStatus::ambiguous, true, Milliseconds(4000));
  auto& second = one.add("second", SendStatus::accepted);
  const auto report = one.deliver();
  CHECK_EQ(report.provider, "second");
  CHECK(report.may_have_been_sent);
  // Each has a fair share of what is left.
  CHECK_EQ(first.given.count(), 4000);
  CHECK_EQ(second.given.count(), 4000);
}

TEST(what_may_be_on_its_way_counts_whatever_the_next_one_says) {
  using enum SendStatus;
  for (const SendStatus last : {try_elsewhere, credentials, number_refused, number_cannot_sms}) {
    DispatcherFixture one;
    one.rules.retry_on_unknown_outcome = true;
    one.add("first", ambiguous, true);
    one.add("second", last);
    const auto report = one.deliver();
    CHECK_EQ(report.status, ambiguous);
    CHECK_EQ(report.provider, "first");
    CHECK(report.may_have_been_sent);
    CHECK_EQ(report.detail,
             "first: outcome-unknown (why); second: " + std::string(to_string(last)) + " (why)");
  }
  DispatcherFixture poor;
  poor.rules.retry_on_unknown_outcome = true;
  poor.add("first", ambiguous, true);
  poor.add("second", accepted);
  const auto report = poor.deliver(1);
  CHECK_EQ(report.status, ambiguous);
  CHECK_EQ(report.detail, "first: outcome-unknown (why); second: not permitted");
}

TEST(a_code_that_is_not_ours_is_never_sent_after_an_unclear_end) {
  DispatcherFixture one;
  one.rules.retry_on_unknown_outcome = true;
  one.add("first", SendStatus::ambiguous, true);
  one.add("verify", SendStatus::accepted).makes_code = true;
  CHECK_EQ(one.deliver().provider, "first");
  DispatcherFixture other;
  other.rules.retry_on_unknown_outcome = true;
  other.add("verify", SendStatus::ambiguous, true).makes_code = true;
  other.add("second", SendStatus::accepted);
  CHECK_EQ(other.deliver().provider, "verify");
}

TEST(whoever_carried_the_last_one_comes_last) {
  DispatcherFixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::try_elsewhere);
  one.deliver({.last = "first"});
  CHECK((one.sends() == Log{"send second", "send first"}));
}

TEST(a_code_of_ours_goes_to_nobody_who_makes_codes) {
  DispatcherFixture one;
  one.add("verify", SendStatus::accepted).makes_code = true;
  one.add("second", SendStatus::try_elsewhere);
  CHECK_EQ(one.deliver({.own_code = true}).status, SendStatus::try_elsewhere);
  CHECK((one.sends() == Log{"send second"}));
}

TEST(a_code_of_a_provider_goes_to_that_one_only) {
  DispatcherFixture one;
  one.add("first", SendStatus::accepted);
  one.add("verify", SendStatus::try_elsewhere).makes_code = true;
  CHECK_EQ(one.deliver({.only = "verify"}).status, SendStatus::try_elsewhere);
  CHECK((one.sends() == Log{"send verify"}));
}

TEST(whoever_made_a_code_is_asked_about_it_and_nobody_else) {
  DispatcherFixture one;
  one.add("verify", SendStatus::accepted).makes_code = true;
  one.add("second", SendStatus::accepted);
  Dispatcher dispatcher(std::move(one.gateways), one.clock);
  const auto check = [&](const std::string& provider) {
    return dispatcher.check(provider, *PhoneNumber::parse_international("+353851234567"), "id",
                            Secret("493817"), one.clock.now() + kDeadline);
  };
  CHECK(check("second") == CheckStatus::unreachable);
  CHECK(check("third") == CheckStatus::unreachable);
  CHECK((one.log == Log{}));
  CHECK(check("verify") == CheckStatus::right);
  CHECK((one.log == Log{"check id"}));
}

TEST(nothing_is_followed_where_nobody_knows) {
  DispatcherFixture one;
  one.add("first", SendStatus::accepted);
  Dispatcher dispatcher(std::move(one.gateways), one.clock);
  CHECK(dispatcher.follow({.provider = "first", .message_id = "id"}, SteadyTime::max(), {}) ==
        nullptr);
}

TEST(all_are_kept_warm) {
  DispatcherFixture one;
  one.add("first", SendStatus::accepted);
  one.add("second", SendStatus::accepted);
  Dispatcher(std::move(one.gateways), one.clock).keep_warm();
  CHECK((one.log == Log{"warm first", "warm second"}));
}

TEST(without_a_provider_nothing_is_sent) {
  DispatcherFixture one;
  const auto report = one.deliver();
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK_EQ(report.provider, "");
  CHECK_EQ(report.detail, "no provider is configured for this");
}
