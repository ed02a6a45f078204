// SPDX-License-Identifier: Apache-2.0
// users_load [USERS]: writes a users.conf of that many people (a million unless told), loads it as
// the daemon does, and prints what reading and indexing cost.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "lib/config/users_file.h"
#include "lib/directory/number_policy.h"
#include "lib/directory/users_file_directory.h"

using namespace sms2fa;

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return EXIT_FAILURE;
}

// The file goes away with the object.
class UsersFile {
 public:
  explicit UsersFile(unsigned long users)
      : path_(std::filesystem::temp_directory_path() /
              ("sms2fa-users-" + std::to_string(getpid()) + ".conf")) {
    std::ofstream file(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_read);
    file << "[users]\n";
    for (unsigned long i = 0; i < users; ++i)
      file << "user" << i << " = +35385" << 1000000 + i % 9000000 << '\n';
  }
  UsersFile(const UsersFile&) = delete;
  UsersFile& operator=(const UsersFile&) = delete;
  ~UsersFile() { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

int main(int argc, char** argv) {
  const UsersFile file(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000);
  const long before = peak_kib();

  auto begin = Clock::now();
  const auto read = read_users_file(file.path(), [](const UserLine&) { return Result<void>(); });
  if (!read) return fail(read.error());
  std::printf("read and check: %.0f ms\n", milliseconds_since(begin));

  begin = Clock::now();
  UsersFileDirectory::Builder builder("");
  const auto loaded = read_users_file(file.path(), [&](const UserLine& user) {
    return builder.add(user.name, user.phone, user.methods);
  });
  if (!loaded) return fail(loaded.error());
  const auto directory = std::move(builder).build();
  if (!directory) return fail(directory.error());
  std::printf("load: %.0f ms for %zu users, %ld KiB more at the peak\n", milliseconds_since(begin),
              directory->size(), peak_kib() - before);

  begin = Clock::now();
  const NumberPolicy policy({}, directory->samples());
  std::printf("countries on record: %.0f ms\n", milliseconds_since(begin));
  begin = Clock::now();
  constexpr int kLookups = 1000;
  for (int i = 0; i < kLookups; ++i) {
    const auto person = directory->find("user" + std::to_string(i));
    if (!person || !*person) return EXIT_FAILURE;
    (void)policy.reach_of((*person)->phone);
  }
  std::printf("a look-up: %.0f us", 1000 * milliseconds_since(begin) / kLookups);
  begin = Clock::now();
  for (int i = 0; i < kLookups; ++i) {
    if (!directory->find("nobody" + std::to_string(i))) return EXIT_FAILURE;
    (void)policy.reach_of(std::nullopt);
  }
  std::printf(", of nobody: %.0f us\n", 1000 * milliseconds_since(begin) / kLookups);
  return EXIT_SUCCESS;
}
