// SPDX-License-Identifier: Apache-2.0
#include "lib/delivery/outbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/support/test.h"

using namespace sms2fa;
namespace fs = std::filesystem;

namespace {

class FixedClock final : public Clock {
 public:
  SteadyTime now() const override { return {}; }
  WallTime wall_now() const override {
    return std::chrono::time_point_cast<WallTime::duration>(
        WallTime() + std::chrono::nanoseconds(1763817242123456789));
  }
};

struct Fixture {
  Fixture() {
    std::string pattern = fs::temp_directory_path() / "sms2fa-outbox.XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
  }
  ~Fixture() { fs::remove_all(directory); }

  Result<std::unique_ptr<Outbox>> create() {
    return Outbox::create("demo", directory, true, clock);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  FixedClock clock;
  std::string directory;
};

LoginMessage message(const std::string& body) {
  return {.to = *PhoneNumber::parse_international("+353851234567"),
          .body = Secret(body),
          .validity = std::chrono::minutes(5)};
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(a_message_becomes_a_private_file) {
  Fixture one;
  auto outbox = one.create();
  REQUIRE(outbox.ok());
  const auto report = (*outbox)->send(message("web01: 493817 is your code"), SteadyTime::max());
  CHECK_EQ(report.status, SendStatus::accepted);
  CHECK_EQ(report.provider, "demo");
  CHECK_EQ(report.message_id, "1763817242123456789-000001.txt");
  const fs::path path = fs::path(one.directory) / report.message_id;
  CHECK_EQ(content(path),
           "To: +353851234567\nDate: 2025-11-22T13:14:02Z\n\nweb01: 493817 is your code\n");
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK_EQ(info.st_mode & 07777, 0600u);
  CHECK_EQ(one.files().size(), 1u);
}

TEST(a_call_says_so_in_its_head) {
  Fixture one;
  auto outbox = one.create();
  REQUIRE(outbox.ok());
  CHECK((*outbox)->serves(Medium::voice));
  auto call = message("Your code is 4. 9. 3.");
  call.medium = Medium::voice;
  const auto report = (*outbox)->send(call, SteadyTime::max());
  CHECK(report.medium == Medium::voice);
  CHECK_EQ(content(fs::path(one.directory) / report.message_id),
           "To: +353851234567\nDate: 2025-11-22T13:14:02Z\nVoice: en-US\n\n"
           "Your code is 4. 9. 3.\n");
  CHECK(!(*Outbox::create("demo", one.directory, false, one.clock))->serves(Medium::voice));
}

TEST(names_sort_in_the_order_of_sending) {
  Fixture one;
  auto outbox = one.create();
  REQUIRE(outbox.ok());
  std::vector<std::string> sent;
  for (int i = 0; i < 12; ++i)
    sent.push_back((*outbox)->send(message("x"), SteadyTime::max()).message_id);
  CHECK(sent == one.files());
}

TEST(senders_at_the_same_time_get_a_file_each) {
  Fixture one;
  auto outbox = one.create();
  REQUIRE(outbox.ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 8; ++k) (*outbox)->send(message("x"), SteadyTime::max());
    });
  for (auto& thread : threads) thread.join();
  CHECK_EQ(one.files().size(), 64u);
}

TEST(a_directory_that_others_can_use_is_refused) {
  Fixture one;
  for (const mode_t mode : {0750u, 0705u, 0710u, 0701u, 01777u}) {
    REQUIRE(chmod(one.directory.c_str(), mode) == 0);
    const auto outbox = one.create();
    REQUIRE(!outbox.ok());
    CHECK_EQ(outbox.error().kind, ErrorKind::permission);
    CHECK(outbox.error().message.find(one.directory) == 0);
  }
}

TEST(a_directory_of_somebody_else_is_refused) {
  if (geteuid() != 0) test::skip_test("only root can give a directory away");
  Fixture one;
  REQUIRE(chmod(one.directory.c_str(), 0700) == 0);
  REQUIRE(chown(one.directory.c_str(), 65534, 65534) == 0);
  const auto outbox = one.create();
  REQUIRE(!outbox.ok());
  CHECK_EQ(outbox.error().kind, ErrorKind::permission);
}

TEST(a_missing_directory_a_link_and_a_file_are_refused) {
  Fixture one;
  const std::string link = one.directory + "/link";
  const std::string file = one.directory + "/file";
  fs::create_directory(one.directory + "/real");
  fs::create_directory_symlink(one.directory + "/real", link);
  std::ofstream(file) << "x";
  for (const auto& path : {link, file, one.directory + "/missing"})
    CHECK(!Outbox::create("demo", path, false, one.clock).ok());
}

TEST(a_directory_that_changes_later_fails_the_send) {
  Fixture one;
  auto outbox = one.create();
  REQUIRE(outbox.ok());
  REQUIRE(chmod(one.directory.c_str(), 0777) == 0);
  const auto report = (*outbox)->send(message("493817"), SteadyTime::max());
  CHECK_EQ(report.status, SendStatus::try_elsewhere);
  CHECK(!report.may_have_been_sent);
  CHECK(report.detail.find("493817") == std::string::npos);
  CHECK_EQ(one.files().size(), 0u);
}
