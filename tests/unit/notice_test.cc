// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/notice.h"

#include <set>

#include "tests/support/test.h"

using namespace sms2fa;

TEST(kinds_are_one_word_each_of_letters_and_dashes) {
  std::set<std::string> words;
  const int last = static_cast<int>(NoticeKind::bypass_used);
  for (int i = 0; i <= last; ++i) {
    const std::string word = to_string(static_cast<NoticeKind>(i));
    CHECK(!word.empty() && word.size() <= 64);
    CHECK(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos);
    words.insert(word);
  }
  CHECK_EQ(words.size(), static_cast<size_t>(last) + 1);
}

// People's scripts match these.
TEST(the_words_of_the_log_stay) {
  CHECK_EQ(std::string(to_string(NoticeKind::success_after_failures)), "success-after-failures");
  CHECK_EQ(std::string(to_string(NoticeKind::many_failures)), "many-failures");
  CHECK_EQ(std::string(to_string(NoticeKind::locked)), "locked");
  CHECK_EQ(std::string(to_string(NoticeKind::disabled)), "disabled");
  CHECK_EQ(std::string(to_string(NoticeKind::replay)), "replay");
  CHECK_EQ(std::string(to_string(NoticeKind::delivery)), "delivery");
  CHECK_EQ(std::string(to_string(NoticeKind::bypass_used)), "bypass-used");
}
