// SPDX-License-Identifier: Apache-2.0
#include "lib/base/random.h"

#include <array>
#include <cstring>
#include <deque>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

// Hands out the numbers it was given, and fails when there are none left.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::deque<uint32_t> numbers) : numbers_(std::move(numbers)) {}

  Result<void> fill(std::span<unsigned char> bytes) override {
    if (numbers_.empty() || bytes.size() != sizeof(uint32_t))
      return make_error(ErrorKind::unavailable, "no more numbers");
    std::memcpy(bytes.data(), &numbers_.front(), sizeof(uint32_t));
    numbers_.pop_front();
    return {};
  }

  size_t left() const { return numbers_.size(); }

 private:
  std::deque<uint32_t> numbers_;
};

class ConstantRandom final : public Random {
 public:
  Result<void> fill(std::span<unsigned char> bytes) override {
    std::memset(bytes.data(), 0xff, bytes.size());
    ++calls;
    return {};
  }
  int calls = 0;
};

}  // namespace

TEST(a_failing_source_is_an_error_and_no_number) {
  ScriptedRandom random({});
  const auto drawn = random.below(10);
  REQUIRE(!drawn.ok());
  CHECK(drawn.error().kind == ErrorKind::unavailable);
}

TEST(a_draw_that_would_favour_small_numbers_is_thrown_away) {
  // 2^32 = 429496729 * 10 + 6: the last six values would come up once too often.
  ScriptedRandom random({4294967295u, 4294967290u, 4294967289u});
  const auto drawn = random.below(10);
  REQUIRE(drawn.ok());
  CHECK_EQ(*drawn, 9u);
  CHECK_EQ(random.left(), 0u);
}

TEST(a_source_that_fails_after_a_rejected_draw_is_an_error) {
  ScriptedRandom random({4294967295u});
  CHECK(!random.below(10).ok());
}

TEST(a_source_that_never_leaves_the_rejected_tail_is_given_up) {
  ConstantRandom random;
  const auto drawn = random.below(10);
  REQUIRE(!drawn.ok());
  CHECK(drawn.error().kind == ErrorKind::internal);
  CHECK_EQ(random.calls, 64);
}

TEST(a_power_of_two_rejects_nothing) {
  ScriptedRandom random({4294967295u, 4294967295u, 7u});
  CHECK_EQ(*random.below(16), 15u);
  CHECK_EQ(*random.below(1), 0u);
  CHECK_EQ(*random.below(1u << 31), 7u);
}

TEST(the_system_source_is_even) {
  SystemRandom random;
  constexpr unsigned kDraws = 100000;
  std::array<unsigned, 10> counts{};
  for (unsigned i = 0; i < kDraws; ++i) {
    const auto drawn = random.below(10);
    REQUIRE(drawn.ok() && *drawn < 10);
    ++counts[*drawn];
  }
  double chi_squared = 0;
  for (const unsigned count : counts) {
    const double off = static_cast<double>(count) - kDraws / 10.0;
    chi_squared += off * off / (kDraws / 10.0);
  }
  // Nine degrees of freedom: a sound source is above this once in 10^9 runs.
  CHECK(chi_squared < 60);
}

TEST(the_system_source_fills_every_byte) {
  SystemRandom random;
  std::array<unsigned char, 32> ever_set{};
  for (int i = 0; i < 64; ++i) {
    std::array<unsigned char, 32> bytes{};
    REQUIRE(random.fill(bytes).ok());
    for (size_t k = 0; k < bytes.size(); ++k) ever_set[k] |= bytes[k];
  }
  for (const unsigned char bits : ever_set) CHECK_EQ(static_cast<int>(bits), 0xff);
}
