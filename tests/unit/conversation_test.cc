// SPDX-License-Identifier: Apache-2.0
// What tests/pam/scripts cannot see: the pieces by themselves.
#include "pam_module/conversation.h"

#include <cstring>
#include <new>
#include <string>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

const std::string kPattern = "\b\n\r\177INCORRECT";

// As OpenSSH's fake_password() makes it.
std::string placeholder(size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += kPattern[i % kPattern.size()];
  return text;
}

}  // namespace

TEST(an_answer_is_kept_up_to_its_bound) {
  for (const size_t size : {0u, 1u, 6u, 510u, 511u, 512u, 100'000u}) {
    const std::string typed(size, 'x');
    Answer answer;
    answer.take(typed.c_str());
    CHECK_EQ(answer.text(), typed.substr(0, 511));
  }
}

TEST(a_new_answer_leaves_nothing_of_the_old_one) {
  alignas(Answer) char memory[sizeof(Answer)];
  auto* answer = new (memory) Answer;
  answer->take("the first and longer one");
  answer->take("2nd");
  CHECK_EQ(answer->text(), "2nd");
  CHECK(std::string(memory, sizeof memory).find("longer") == std::string::npos);
  answer->~Answer();
  CHECK(std::string(memory, sizeof memory).find("2nd") == std::string::npos);
}

TEST(the_placeholder_is_known_at_every_length) {
  CHECK_EQ(kPattern.size(), 13u);
  for (size_t length = 1; length <= 1000; ++length) CHECK(is_sshd_placeholder(placeholder(length)));
  CHECK(!is_sshd_placeholder(""));
}

TEST(one_other_byte_makes_it_no_placeholder) {
  for (size_t length = 1; length <= 40; ++length) {
    for (size_t at = 0; at < length; ++at) {
      std::string text = placeholder(length);
      text[at] = static_cast<char>(text[at] ^ 1);
      CHECK(!is_sshd_placeholder(text));
    }
  }
  CHECK(!is_sshd_placeholder("INCORRECT"));
}

TEST(same_text_wants_every_byte_and_at_least_one) {
  CHECK(same_text("123456", "123456"));
  CHECK(!same_text("123456", "123457"));
  CHECK(!same_text("123456", "023456"));
  CHECK(!same_text("123456", "12345"));
  CHECK(!same_text("12345", "123456"));
  CHECK(!same_text("", ""));
  CHECK(!same_text("", "1"));
  CHECK(same_text(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
  CHECK(!same_text(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
  CHECK(same_text("\xff\x80", "\xff\x80"));
}
