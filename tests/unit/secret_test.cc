// SPDX-License-Identifier: Apache-2.0
#include "lib/base/secret.h"

#include <sstream>
#include <type_traits>
#include <utility>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

}  // namespace

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!Printable<Secret>);

TEST(it_holds_a_copy_of_its_bytes) {
  std::string source(
      "12\0"
      "456",
      6);
  const Secret secret{source};
  wipe(source);
  CHECK_EQ(secret.size(), 6u);
  CHECK(secret.reveal() == std::string_view("12\0"
                                            "456",
                                            6));
}

TEST(nothing_is_an_empty_secret) {
  CHECK(Secret().empty());
  CHECK(Secret("").empty());
  CHECK(Secret().reveal().empty());
}

TEST(a_move_leaves_nothing_behind) {
  Secret first("123456");
  Secret second(std::move(first));
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is the question
  CHECK_EQ(second.reveal(), "123456");
  Secret third("other");
  third = std::move(second);
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move)
  CHECK_EQ(third.reveal(), "123456");
  Secret& same = third;
  third = std::move(same);
  CHECK_EQ(third.reveal(), "123456");
}

TEST(a_clone_is_independent) {
  Secret original("123456");
  const Secret copy = original.clone();
  original.writable()[0] = '9';
  CHECK_EQ(copy.reveal(), "123456");
  CHECK_EQ(original.reveal(), "923456");
}

TEST(equality_looks_at_every_byte_and_the_length) {
  CHECK(equal_in_constant_time(Secret("123456"), Secret("123456")));
  CHECK(!equal_in_constant_time(Secret("123456"), Secret("123457")));
  CHECK(!equal_in_constant_time(Secret("123456"), Secret("023456")));
  CHECK(!equal_in_constant_time(Secret("123456"), Secret("12345")));
  CHECK(!equal_in_constant_time(Secret("123456"), Secret("")));
  CHECK(equal_in_constant_time(Secret(""), Secret()));
}

TEST(wiping_a_string_clears_what_lies_beyond_its_size_too) {
  std::string text(100, 'x');
  text.resize(40);
  const char* const memory = text.data();
  const size_t capacity = text.capacity();
  wipe(text);
  CHECK(text.empty());
  REQUIRE(text.data() == memory && text.capacity() == capacity);
  // The string still owns these bytes, although they are beyond its size.
  for (size_t i = 0; i < capacity; ++i) CHECK_EQ(static_cast<int>(memory[i]), 0);
}

TEST(a_secret_lives_in_locked_memory_once_that_is_reserved) {
  if (!reserve_locked_memory(size_t{64} * 1024)) test::skip_test("RLIMIT_MEMLOCK is too low");
  const Secret secret("123456");
  CHECK_EQ(secret.reveal(), "123456");
  bool exhausted = false;
  try {
    const Secret too_large(std::string(size_t{128} * 1024, 'x'));
  } catch (const std::bad_alloc&) {
    exhausted = true;
  }
  CHECK(exhausted);
}
