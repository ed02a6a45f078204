// SPDX-License-Identifier: Apache-2.0
#include "lib/base/result.h"

#include <memory>
#include <variant>

#include "tests/support/test.h"

using namespace sms2fa;

TEST(a_value_is_ok_and_readable) {
  Result<std::string> result(std::string("abc"));
  REQUIRE(result.ok());
  CHECK(static_cast<bool>(result));
  CHECK_EQ(*result, "abc");
  CHECK_EQ(result->size(), 3u);
  CHECK_EQ(result.value(), "abc");
}

TEST(an_error_keeps_kind_and_message) {
  const Result<int> result(make_error(ErrorKind::refused, "no"));
  CHECK(!result.ok());
  CHECK(!result);
  CHECK(result.error().kind == ErrorKind::refused);
  CHECK_EQ(result.error().message, "no");
}

TEST(the_wrong_side_throws) {
  const Result<int> failed(make_error(ErrorKind::internal, "no"));
  const Result<int> fine(1);
  bool value_threw = false;
  bool error_threw = false;
  try {
    (void)*failed;
  } catch (const std::bad_variant_access&) {
    value_threw = true;
  }
  try {
    (void)fine.error();
  } catch (const std::bad_variant_access&) {
    error_threw = true;
  }
  CHECK(value_threw);
  CHECK(error_threw);
}

TEST(a_move_only_value_moves_out) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = *std::move(result);
  REQUIRE(taken != nullptr);
  CHECK_EQ(*taken, 7);
}

TEST(void_is_ok_unless_given_an_error) {
  const Result<void> fine;
  CHECK(fine.ok());
  const Result<void> failed(make_error(ErrorKind::unavailable, "gone"));
  CHECK(!failed);
  CHECK(failed.error().kind == ErrorKind::unavailable);
  CHECK_EQ(failed.error().message, "gone");
}

TEST(an_error_is_internal_unless_it_says_otherwise) {
  CHECK(Error{}.kind == ErrorKind::internal);
}
