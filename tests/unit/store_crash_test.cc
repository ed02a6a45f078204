// SPDX-License-Identifier: Apache-2.0
// safety.md 4 and 5: kill -9 at any point loses nothing that was acknowledged, and several
// processes share one file. The seed is printed; SMS2FA_TEST_SEED repeats a run.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/store/sqlite_store.h"
#include "tests/support/guess.h"
#include "tests/unit/store_file.h"

using namespace sms2fa;
using test::must;
using test::StoreFile;

namespace {

constexpr int kKills = 200;
constexpr int kThreads = 4;
constexpr int kShortestLongLife = 40'000;  // microseconds
constexpr long kAnswersInALongLife = 20;
constexpr LockRules kNoLock = {1'000'000, std::chrono::seconds(1), 1'000'000};

// A process that is killed leaves the kernel's cache alone: no disk needs to turn for these tests.
const bool in_memory = access("/dev/shm", W_OK) == 0 && setenv("TMPDIR", "/dev/shm", 1) == 0;

unsigned seed() {
  const char* chosen = std::getenv("SMS2FA_TEST_SEED");
  return chosen ? static_cast<unsigned>(std::strtoul(chosen, nullptr, 10)) : std::random_device()();
}

std::vector<RateLimit> spacious(const std::string& user, unsigned count) {
  // A message that really leaves takes from the host's budget too: those are never dropped.
  return {{RateLimitScope::user, user, count, std::chrono::hours(1)},
          {RateLimitScope::host, "", 1'000'000'000, std::chrono::hours(1)}};
}

// What one user's caller was told before the end.
struct Acknowledged {
  unsigned wrong = 0;
  unsigned sends = 0;
  int64_t step = -1;
};

// A line is shorter than PIPE_BUF: it arrives whole or not at all.
void acknowledge(int pipe, char what, const std::string& user, int64_t number) {
  const std::string line = what + (" " + user + " " + std::to_string(number)) + "\n";
  if (write(pipe, line.data(), line.size()) < 0) _exit(1);
}

// Uses the store for one user until somebody kills the process.
[[noreturn]] void work_on(Store& store, const std::string& user, int pipe) {
  for (int64_t i = 0;; ++i) {
    const auto send = store.reserve_send(spacious(user, 1'000'000));
    if (!send || !send->reserved) _exit(2);
    acknowledge(pipe, 's', user, *send->reserved);
    const auto wrong = store.count_attempt({user}, test::kSixDigits, kNoLock);
    if (!wrong || !wrong->id || !store.commit_outcome(*wrong->id, false)) _exit(3);
    acknowledge(pipe, 'w', user, *wrong->id);
    const auto used = store.use_totp_step(user, i);
    if (!used || !*used) _exit(4);
    acknowledge(pipe, 't', user, i);
    if (!store.record_verdict({})) _exit(5);
  }
}

[[noreturn]] void live(StoreFile& file, const std::string& name, int pipe) {
  const auto store = file.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] { work_on(*store, name + "-" + std::to_string(i), pipe); });
  for (auto& thread : threads) thread.join();
  _exit(0);
}

std::string read_all(int fd) {
  std::string text;
  char buffer[65536];
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  return text;
}

std::map<std::string, Acknowledged> parse(const std::string& text) {
  std::map<std::string, Acknowledged> all;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    char what = 0;
    char user[64];
    long number = 0;
    if (std::sscanf(text.c_str() + at, "%c %63s %ld", &what, user, &number) != 3) continue;
    Acknowledged& one = all[user];
    if (what == 's') ++one.sends;
    if (what == 'w') ++one.wrong;
    if (what == 't') one.step = number;
  }
  return all;
}

// How many microseconds a life needs on this machine, as busy as it is, to be told of some answers.
int long_life(StoreFile& file) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) live(file, "first", writer.get());
  writer.reset();
  std::string text;
  char buffer[4096];
  while (std::count(text.begin(), text.end(), 'w') < kAnswersInALongLife) {
    const ssize_t got = read(reader.get(), buffer, sizeof buffer);
    REQUIRE(got > 0);
    text.append(buffer, static_cast<size_t>(got));
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  return std::max(kShortestLongLife, static_cast<int>(micros));
}

// Starts a life, ends it after `microseconds`, and returns what it was told.
std::map<std::string, Acknowledged> live_and_die(StoreFile& file, const std::string& name,
                                                 int microseconds) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  // Nothing is lost in a full pipe: nobody is told before the line is in it.
  fcntl(writer.get(), F_SETPIPE_SZ, 1 << 20);
  const pid_t child = fork();
  if (child == 0) live(file, name, writer.get());
  writer.reset();
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  return parse(read_all(reader.get()));
}

void check_kept(Store& store, const std::map<std::string, Acknowledged>& all) {
  for (const auto& [user, told] : all) {
    CHECK(must(store.state_of({user})).consecutive_failures >= told.wrong);
    CHECK(must(store.failures_last_day(user)) >= told.wrong);
    if (told.sends > 0) CHECK(!must(store.reserve_send(spacious(user, told.sends))).reserved);
    if (told.step >= 0) CHECK(!must(store.use_totp_step(user, told.step)));
  }
}

void check_integrity(StoreFile& file) {
  auto raw = file.raw();
  auto check = raw.query("PRAGMA integrity_check");
  CHECK(check.next() && check.text(0) == "ok");
}

// Runs `body` in `count` processes at once; false when one did not return true.
bool in_children(int count, const std::function<bool(int)>& body) {
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(body(i) ? 0 : 1);
    children.push_back(child);
  }
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    good = waitpid(child, &status, 0) == child && status == 0 && good;
  }
  return good;
}

}  // namespace

TEST(kill_9_at_any_point_loses_nothing_acknowledged) {
  const unsigned chosen = seed();
  std::printf("SMS2FA_TEST_SEED=%u, %d kills\n", chosen, kKills);
  std::mt19937 random(chosen);
  StoreFile file;
  file.open();
  const auto longest = static_cast<unsigned>(long_life(file));
  std::map<std::string, Acknowledged> all;
  unsigned acknowledged = 0;
  for (int i = 0; i < kKills; ++i) {
    const int life = static_cast<int>(random() % longest);
    const auto told = live_and_die(file, "u" + std::to_string(i), life);
    check_integrity(file);
    check_kept(*file.open(), told);
    for (const auto& [user, one] : told) acknowledged += one.wrong;
    all.insert(told.begin(), told.end());
  }
  std::printf("%u answers acknowledged\n", acknowledged);
  CHECK(acknowledged > unsigned{kKills});
  check_kept(*file.open(), all);
}

TEST(kill_9_while_the_first_store_is_made) {
  const unsigned chosen = seed();
  std::printf("SMS2FA_TEST_SEED=%u\n", chosen);
  std::mt19937 random(chosen);
  for (int i = 0; i < 40; ++i) {
    StoreFile file;
    const auto told = live_and_die(file, "u", static_cast<int>(random() % 4000));
    check_kept(*file.open(), told);
    check_integrity(file);
  }
}

TEST(processes_race_for_the_first_store) {
  for (int i = 0; i < 10; ++i) {
    StoreFile file;
    file.options.patience = std::chrono::seconds(20);
    CHECK(in_children(4, [&](int) {
      return file.open()->count_attempt({"alice"}, test::kSixDigits, kNoLock).ok();
    }));
    CHECK_EQ(must(file.open()->state_of({"alice"})).consecutive_failures, 4u);
  }
}

// The command line beside the daemon.
TEST(processes_count_together) {
  StoreFile file;
  file.options.patience = std::chrono::seconds(20);
  file.open();
  constexpr int kEach = 100;
  CHECK(in_children(3, [&](int) {
    const auto store = file.open();
    int counted = 0;
    for (int i = 0; i < kEach; ++i) {
      const auto attempt = store->count_attempt({"alice"}, test::kSixDigits, kNoLock);
      counted += attempt && attempt->id;
    }
    return counted == kEach;
  }));
  CHECK_EQ(must(file.open()->state_of({"alice"})).consecutive_failures, 3u * kEach);
}

TEST(processes_get_no_more_than_there_is) {
  StoreFile file;
  file.options.patience = std::chrono::seconds(20);
  constexpr LockRules kRules = {10, std::chrono::minutes(30), 100};
  must(file.open()->replace_backup_codes("alice", "p", {"h"}, {}));
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK(in_children(3, [&](int) {
    const auto store = file.open();
    for (int i = 0; i < 20; ++i) {
      const auto attempt = store->count_attempt({"alice"}, test::kSixDigits, kRules);
      const auto send = store->reserve_send(spacious("alice", 6));
      const auto code = store->use_backup_code("alice", "h");
      if (!attempt || !send || !code) return false;
      if (attempt->id) acknowledge(ends[1], 'w', "alice", 0);
      if (send->reserved) acknowledge(ends[1], 's', "alice", 0);
      if (*code) acknowledge(ends[1], 's', "code", 0);
    }
    return true;
  }));
  close(ends[1]);
  const auto got = parse(read_all(ends[0]));
  close(ends[0]);
  CHECK_EQ(got.at("alice").wrong, 10u);
  CHECK_EQ(got.at("alice").sends, 6u);
  CHECK_EQ(got.at("code").sends, 1u);
}
