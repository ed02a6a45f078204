// SPDX-License-Identifier: Apache-2.0
#include "lib/base/unique_fd.h"

#include <fcntl.h>

#include <type_traits>

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

int open_something() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

static_assert(!std::is_copy_constructible_v<UniqueFd> && !std::is_copy_assignable_v<UniqueFd>);
static_assert(std::is_nothrow_move_constructible_v<UniqueFd>);

TEST(an_empty_one_is_not_valid) {
  const UniqueFd none;
  CHECK(!none.valid());
  CHECK_EQ(none.get(), -1);
  CHECK(UniqueFd(0).get() == 0);
}

TEST(it_closes_when_it_goes) {
  const int fd = open_something();
  {
    const UniqueFd owner(fd);
    CHECK(owner.valid());
    CHECK(is_open(fd));
  }
  CHECK(!is_open(fd));
}

TEST(moving_hands_over) {
  const int fd = open_something();
  UniqueFd first(fd);
  UniqueFd second(std::move(first));
  CHECK(!first.valid());
  CHECK_EQ(second.get(), fd);
  CHECK(is_open(fd));
}

TEST(assigning_closes_the_old_one) {
  const int old_fd = open_something();
  const int new_fd = open_something();
  UniqueFd owner(old_fd);
  owner = UniqueFd(new_fd);
  CHECK(!is_open(old_fd));
  CHECK_EQ(owner.get(), new_fd);
  UniqueFd& itself = owner;
  owner = std::move(itself);
  CHECK(is_open(new_fd));
}

TEST(release_gives_up_and_reset_closes) {
  const int fd = open_something();
  UniqueFd owner(fd);
  CHECK_EQ(owner.release(), fd);
  CHECK(!owner.valid());
  CHECK(is_open(fd));
  owner = UniqueFd(fd);
  owner.reset();
  owner.reset();
  CHECK(!owner.valid());
  CHECK(!is_open(fd));
}
