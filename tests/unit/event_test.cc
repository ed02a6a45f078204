// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/event.h"

#include <set>

#include "tests/support/test.h"

using namespace sms2fa;

TEST(verdicts_are_one_word_each) {
  CHECK_EQ(std::string(to_string(AuditVerdict::accepted)), "accepted");
  CHECK_EQ(std::string(to_string(AuditVerdict::denied)), "denied");
  CHECK_EQ(std::string(to_string(AuditVerdict::unavailable)), "unavailable");
}

TEST(reasons_are_one_word_each_of_letters_and_dashes) {
  std::set<std::string> words;
  const int last = static_cast<int>(Reason::internal_error);
  for (int i = 0; i <= last; ++i) {
    const std::string word = to_string(static_cast<Reason>(i));
    CHECK(!word.empty() && word.size() <= 64);
    CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
    words.insert(word);
  }
  CHECK_EQ(words.size(), static_cast<size_t>(last) + 1);
}

// fail2ban filters and people's scripts match these.
TEST(the_words_of_the_log_stay) {
  CHECK_EQ(std::string(to_string(Reason::right_code)), "right-code");
  CHECK_EQ(std::string(to_string(Reason::wrong_code)), "wrong-code");
  CHECK_EQ(std::string(to_string(Reason::no_tries_left)), "no-tries-left");
  CHECK_EQ(std::string(to_string(Reason::no_person)), "no-person");
  CHECK_EQ(std::string(to_string(Reason::unknown_user)), "unknown-user");
  CHECK_EQ(std::string(to_string(Reason::locked)), "locked");
  CHECK_EQ(std::string(to_string(Reason::over_limit)), "over-budget");
  CHECK_EQ(std::string(to_string(Reason::provider_failed)), "provider-failed");
  CHECK_EQ(std::string(to_string(Reason::store_failed)), "store-failed");
}

TEST(an_event_that_nobody_filled_in_is_a_denial) {
  const AuditEvent event;
  CHECK_EQ(event.verdict, AuditVerdict::denied);
  CHECK_EQ(event.reason, Reason::internal_error);
}
