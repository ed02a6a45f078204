// SPDX-License-Identifier: Apache-2.0
// store_bench [DIRECTORY [SECONDS]]: attempts a second, each one reserve_send, settle_send,
// count_attempt and commit_outcome of a right answer, with 1, 8 and 64 callers, on the disk of
// DIRECTORY (a temporary one unless told), beside what that disk does with the same durability.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/unique_fd.h"
#include "lib/store/sqlite_store.h"
#include "tests/support/guess.h"

using namespace sms2fa;

namespace {

using Clock = std::chrono::steady_clock;

constexpr LockRules kRules = {10, std::chrono::minutes(30), 100};
constexpr auto kHour = std::chrono::hours(1);

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

[[noreturn]] void give_up(const std::string& reason) {
  std::fprintf(stderr, "%s\n", reason.c_str());
  std::exit(EXIT_FAILURE);
}

// The directory goes away with the object.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& parent) : path_(parent + "/sms2fa-bench.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) give_up(path_ + ": cannot be made");
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Pages of 4 KiB a second, each appended and synced before the next.
double syncs_a_second(const std::string& path, double seconds) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  std::array<char, 4096> page{};
  int count = 0;
  const auto begin = Clock::now();
  for (; seconds_since(begin) < seconds; ++count)
    if (write(fd.get(), page.data(), page.size()) != ssize_t{page.size()} ||
        fdatasync(fd.get()) != 0)
      give_up(path + ": cannot be written");
  return count / seconds_since(begin);
}

void attempt(Store& store, const std::string& user) {
  const auto send = store.reserve_send({{RateLimitScope::number, "+35385" + user, 1'000'000, kHour},
                                        {RateLimitScope::user, user, 1'000'000, kHour},
                                        {RateLimitScope::source, user, 1'000'000, kHour},
                                        {RateLimitScope::host, "", 1'000'000, kHour}});
  if (!send || !send->reserved) give_up(send ? "over budget" : send.error().message);
  if (auto settled = store.settle_send(*send->reserved, true); !settled)
    give_up(settled.error().message);
  const auto counted = store.count_attempt({user}, test::kSixDigits, kRules);
  if (!counted || !counted->id) give_up(counted ? "locked" : counted.error().message);
  if (auto done = store.commit_outcome(*counted->id, true); !done) give_up(done.error().message);
}

struct Measured {
  double a_second;
  double p50_ms;
  double p99_ms;
};

Measured measure(Store& store, int callers, double seconds) {
  std::vector<std::vector<double>> took(static_cast<size_t>(callers));
  std::vector<std::thread> threads;
  const auto begin = Clock::now();
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&, i] {
      auto& own = took[static_cast<size_t>(i)];
      while (seconds_since(begin) < seconds) {
        const auto start = Clock::now();
        attempt(store, "user" + std::to_string(i) + "-" + std::to_string(own.size()));
        own.push_back(seconds_since(start) * 1000);
      }
    });
  for (auto& thread : threads) thread.join();
  const double elapsed = seconds_since(begin);
  std::vector<double> all;
  for (const auto& own : took) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  return {static_cast<double>(all.size()) / elapsed, all[all.size() / 2],
          all[all.size() * 99 / 100]};
}

}  // namespace

int main(int argc, char** argv) {
  const WorkDirectory directory(argc > 1 ? argv[1]
                                         : std::filesystem::temp_directory_path().string());
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 5;
  SystemRandom random;
  const auto time = SystemTimeSource::create();
  if (!time) give_up(time.error().message);
  const auto store = SqliteStore::open(directory.path("state.db"), Missing::create, random, **time);
  if (!store) give_up(store.error().message);
  std::printf("%u processors; write + fdatasync of 4 KiB: %.0f a second\n",
              std::thread::hardware_concurrency(),
              syncs_a_second(directory.path("page"), seconds / 2));
  std::printf("callers  attempts/s    p50 ms    p99 ms\n");
  for (const int callers : {1, 8, 64}) {
    const Measured result = measure(**store, callers, seconds);
    std::printf("%7d  %10.0f  %8.1f  %8.1f\n", callers, result.a_second, result.p50_ms,
                result.p99_ms);
  }
  std::printf("write + fdatasync of 4 KiB again: %.0f a second\n",
              syncs_a_second(directory.path("page"), seconds / 2));
  return EXIT_SUCCESS;
}
