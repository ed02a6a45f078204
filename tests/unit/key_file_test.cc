// SPDX-License-Identifier: Apache-2.0
#include "lib/base/key_file.h"

#include <sys/stat.h>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using test::ScratchDirectory;

namespace {

const std::string kOne(64, '1');
const std::string kTwo = std::string(32, 'a') + std::string(32, 'F');

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

class NoRandom final : public Random {
 public:
  Result<void> fill(std::span<unsigned char>) override {
    return make_error(ErrorKind::unavailable, "no randomness");
  }
};

}  // namespace

TEST(keys_are_read_in_the_order_of_the_file) {
  const ScratchDirectory directory;
  const auto keys = read_key_file(directory.write("key", kTwo + "\n" + kOne + "\n"));
  REQUIRE(keys.ok());
  REQUIRE(keys->size() == 2);
  CHECK(keys->front().reveal() == std::string(16, '\xaa') + std::string(16, '\xff'));
  CHECK(keys->back().reveal() == std::string(32, '\x11'));
}

TEST(anything_else_is_refused_without_repeating_it) {
  const ScratchDirectory directory;
  std::string many;
  for (int i = 0; i < 9; ++i) many += kOne + "\n";
  for (const std::string& text : {kOne.substr(1), kOne + "1", kOne + "\n\n", std::string(64, 'g'),
                                  kOne + " ", "\n" + kOne, many}) {
    const auto keys = read_key_file(directory.write("key", text));
    REQUIRE(!keys.ok());
    CHECK_EQ(directory.without_path(keys.error().message),
             "key: must hold keys of 64 hexadecimal digits, one a line");
  }
  CHECK(read_key_file(directory.write("empty", "")).error().kind == ErrorKind::configuration);
  CHECK(read_key_file(directory.path("none")).error().kind == ErrorKind::not_found);
  CHECK(read_key_file(directory.write("open", kOne, 0644)).error().kind == ErrorKind::permission);
}

TEST(the_first_key_makes_the_file_and_the_next_goes_before_it) {
  const ScratchDirectory directory;
  SystemRandom random;
  const std::string path = directory.path("key");
  CHECK(add_key(path, random).ok());
  CHECK_EQ(mode_of(path), mode_t{0640});
  const auto first = read_key_file(path);
  REQUIRE(first.ok() && first->size() == 1);
  CHECK(add_key(path, random).ok());
  const auto both = read_key_file(path);
  REQUIRE(both.ok() && both->size() == 2);
  CHECK(equal_in_constant_time(both->back(), first->front()));
  CHECK(!equal_in_constant_time(both->front(), first->front()));
  CHECK(drop_old_keys(path).ok());
  const auto last = read_key_file(path);
  REQUIRE(last.ok() && last->size() == 1);
  CHECK(equal_in_constant_time(last->front(), both->front()));
}

TEST(a_draft_that_a_crash_left_is_in_nobodys_way) {
  const ScratchDirectory directory;
  SystemRandom random;
  const std::string path = directory.write("key", kOne + "\n", 0600);
  directory.write("key.new", "half");
  CHECK(add_key(path, random).ok());
  CHECK_EQ(read_key_file(path)->size(), 2u);
  CHECK_EQ(mode_of(path), mode_t{0600});
  CHECK_EQ(mode_of(path + ".new"), mode_t{0});
}

TEST(a_key_that_cannot_be_made_or_written_changes_nothing) {
  const ScratchDirectory directory;
  NoRandom none;
  SystemRandom random;
  CHECK(!add_key(directory.path("key"), none).ok());
  CHECK_EQ(mode_of(directory.path("key")), mode_t{0});
  CHECK(!add_key(directory.path("nowhere/key"), random).ok());
  const std::string broken = directory.write("broken", "not a key");
  CHECK(!add_key(broken, random).ok());
  CHECK_EQ(read_key_file(broken).ok(), false);
  const std::string full = directory.write("full", kOne + "\n" + kOne);
  for (int i = 0; i < 6; ++i) CHECK(add_key(full, random).ok());
  CHECK(add_key(full, random).error().kind == ErrorKind::refused);
}
