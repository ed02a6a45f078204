// SPDX-License-Identifier: Apache-2.0
#include "lib/base/nearest.h"

#include <array>
#include <string>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

constexpr std::array<std::string_view, 4> kKeys = {"length", "lifetime", "attempts", "alphabet"};

std::string near(std::string_view word) {
  return std::string(nearest(word, kKeys).value_or("(none)"));
}

}  // namespace

TEST(one_slip_of_each_kind_is_forgiven) {
  CHECK_EQ(near("lenght"), "length");
  CHECK_EQ(near("legth"), "length");
  CHECK_EQ(near("lengthh"), "length");
  CHECK_EQ(near("lengzh"), "length");
  CHECK_EQ(near("LENGTH"), "length");
  CHECK_EQ(near("length"), "length");
}

TEST(a_third_of_the_word_may_be_wrong_and_no_more) {
  CHECK_EQ(near("attempxx"), "attempts");
  CHECK_EQ(near("attxxxx"), "(none)");
  CHECK_EQ(near("lxxxth"), "(none)");
}

TEST(a_word_of_another_kind_is_near_to_nothing) {
  CHECK_EQ(near("colour"), "(none)");
  CHECK_EQ(near(""), "(none)");
  CHECK_EQ(near(std::string(100000, 'l')), "(none)");
  CHECK(!nearest("x", std::array<std::string_view, 1>{"y"}));
  CHECK(!nearest("x", {}));
}

TEST(the_nearer_and_among_equals_the_first_wins) {
  constexpr std::array<std::string_view, 3> kWords = {"send", "status", "stat"};
  CHECK_EQ(std::string(nearest("statu", kWords).value_or("")), "status");
  constexpr std::array<std::string_view, 2> kTwins = {"code", "mode"};
  CHECK_EQ(std::string(nearest("node", kTwins).value_or("")), "code");
}

TEST(swapped_letters_count_once) {
  constexpr std::array<std::string_view, 1> kWord = {"abc"};
  CHECK(nearest("acb", kWord).has_value());
  CHECK(!nearest("cba", kWord).has_value());
}
