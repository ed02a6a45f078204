// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/directory/directory.h"
#include "lib/store/store.h"
#include "tests/support/failing_store.h"

// The session's seams, in the hands of a test. All are thread-safe unless they say otherwise.
namespace sms2fa::test {

// Stands still until told to advance. The wall clock can be set apart from the steady one.
class ManualClock final : public Clock {
  using Nanoseconds = std::chrono::nanoseconds;

 public:
  SteadyTime now() const override { return SteadyTime(Nanoseconds(steady_)); }
  WallTime wall_now() const override { return WallTime(Nanoseconds(wall_)); }
  void advance(Nanoseconds time) { steady_ += time.count(), wall_ += time.count(); }
  void jump_wall(Nanoseconds time) { wall_ += time.count(); }

 private:
  std::atomic<int64_t> steady_{Nanoseconds(std::chrono::seconds(1'000)).count()};
  std::atomic<int64_t> wall_{Nanoseconds(std::chrono::seconds(1'750'000'000)).count()};
};

// below() draws the scripted numbers first, and then those of a fixed sequence.
class ScriptedRandom final : public Random {
 public:
  Result<void> fill(std::span<unsigned char> bytes) override;
  // The next code of digits will be this one.
  void next_code(const std::string& digits);
  // The n-th fill from now (0 is the next one) fails.
  void fail_at(int n);
  int fills() const;

 private:
  mutable std::mutex mutex_;
  std::deque<uint32_t> script_;
  uint64_t state_ = 1;
  int fills_ = 0;
  int failing_fill_ = -1;
};

// Knows whom it was told about. Not to be changed while attempts are under way.
class FakeDirectory final : public Directory {
 public:
  Result<std::optional<Person>> find(std::string_view user) const override;
  void add(const std::string& name, const std::string& phone, Methods methods = {});
  void remove(const std::string& name);
  void add_unusable(const std::string& name);
  int lookups() const { return lookups_; }

 private:
  std::map<std::string, Result<std::optional<Person>>, std::less<>> people_;
  mutable std::atomic<int> lookups_ = 0;
};

}  // namespace sms2fa::test
