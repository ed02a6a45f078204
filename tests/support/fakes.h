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
#include "lib/delivery/messenger.h"
#include "lib/directory/directory.h"
#include "lib/store/store.h"
#include "tests/support/failing_store.h"

// The session's seams, in the hands of a test. All are thread-safe unless they say otherwise.
namespace sms2fa::test {

// Stands still until told to advance. The wall clock can be set apart from the steady one.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime(Milliseconds(steady_)); }
  WallTime wall_now() const override { return WallTime(Milliseconds(wall_)); }
  void advance(Milliseconds time) { steady_ += time.count(), wall_ += time.count(); }
  void jump_wall(Milliseconds time) { wall_ += time.count(); }

 private:
  std::atomic<int64_t> steady_{1'000'000};
  std::atomic<int64_t> wall_{1'750'000'000'000};
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

// One provider that does as the script says and then accepts everything.
class FakeMessenger final : public Messenger {
 public:
  struct Text {
    std::string to;
    std::string body;
    Medium medium;
    Route route;
    std::chrono::seconds validity;
    SteadyTime deadline;
  };

  explicit FakeMessenger(ManualClock& clock) : clock_(clock) {}
  SendReport deliver(const LoginMessage& message, const Route& route, SendLedger& ledger,
                     SteadyTime deadline) override;
  bool offers(Medium medium, const Route& route) const override;
  CheckStatus check(const std::string& provider, const PhoneNumber& to,
                    const std::string& message_id, const Secret& code,
                    SteadyTime deadline) override;

  void next(SendReport report);
  void next(SendStatus status, bool may_have_been_sent = false);
  void always_report(SendReport report);
  void always(SendStatus status, bool may_have_been_sent = false);
  // Called for each message once it is reserved; may throw, wait or look around.
  std::function<void()> while_sending;
  Milliseconds takes{0};
  bool calls = false;  // whether voice is offered
  // What a provider that makes its own codes says of the next answers.
  CheckStatus check_status = CheckStatus::wrong;
  Milliseconds check_takes{0};
  // "PROVIDER MESSAGE_ID ANSWER", each that it was asked about.
  std::vector<std::string> checks() const;

  // Every request that was made, whatever came of it.
  std::vector<Text> texts() const;
  size_t count() const { return texts().size(); }

 private:
  ManualClock& clock_;
  mutable std::mutex mutex_;
  std::deque<SendReport> script_;
  SendReport otherwise_{.status = SendStatus::accepted};
  std::vector<Text> texts_;
  std::vector<std::string> checks_;
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
