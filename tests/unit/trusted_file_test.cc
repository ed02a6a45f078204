// SPDX-License-Identifier: Apache-2.0
#include "lib/base/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/test.h"
#include "tests/unit/scratch_directory.h"

using namespace sms2fa;
using test::ScratchDirectory;

namespace {

// What open_trusted() says, without the directory's name; "" when it opens the file.
std::string refusal(const ScratchDirectory& directory, const std::string& path) {
  const auto fd = open_trusted(path);
  return fd ? "" : directory.without_path(fd.error().message);
}

std::string content_of(int fd) {
  std::string content(100, '\0');
  const ssize_t got = read(fd, content.data(), content.size());
  content.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return content;
}

constexpr uid_t kStranger = 12345;

}  // namespace

TEST(an_own_private_file_opens) {
  const ScratchDirectory directory;
  const auto fd = open_trusted(directory.write("file", "content"));
  REQUIRE(fd.ok());
  CHECK_EQ(content_of(fd->get()), "content");
  CHECK((fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST(a_regular_file_may_be_anybody_s) {
  const ScratchDirectory directory;
  const auto path = directory.write("file", "content", 0666);
  if (geteuid() == 0) {
    REQUIRE(chown(path.c_str(), kStranger, kStranger) == 0);
  }
  const auto fd = open_regular(path);
  REQUIRE(fd.ok());
  CHECK_EQ(content_of(fd->get()), "content");
}

TEST(what_is_no_regular_file_is_not_waited_for) {
  const ScratchDirectory directory;
  const auto said = [&](const std::string& path) {
    const auto fd = open_regular(path);
    return fd ? "" : directory.without_path(fd.error().message);
  };
  std::filesystem::create_symlink(directory.write("file", "content"), directory.path("link"));
  CHECK_EQ(said(directory.path("link")), "link: is a symbolic link");
  REQUIRE(mkfifo(directory.path("pipe").c_str(), 0600) == 0);
  CHECK_EQ(said(directory.path("pipe")), "pipe: is not a regular file");
  CHECK_EQ(said("/dev/zero"), "/dev/zero: is not a regular file");
  CHECK_EQ(said("/"), "/: is not a regular file");
  CHECK_EQ(said(directory.path("none")), "none: No such file or directory");
}

TEST(the_modes_decide) {
  const ScratchDirectory directory;
  for (const mode_t mode : {0600u, 0400u, 0640u, 0440u})
    CHECK_EQ(refusal(directory, directory.write("file", "", mode)), "");
  for (const mode_t mode : {0644u, 0604u, 0444u})
    CHECK_EQ(refusal(directory, directory.write("file", "", mode)),
             "file: others can read it (chmod o-r)");
  for (const mode_t mode : {0620u, 0602u, 0660u, 0666u})
    CHECK_EQ(refusal(directory, directory.write("file", "", mode)),
             "file: others can write to it (chmod go-w)");
}

TEST(a_bad_mode_is_a_matter_of_permission) {
  const ScratchDirectory directory;
  const auto fd = open_trusted(directory.write("file", "", 0644));
  REQUIRE(!fd.ok());
  CHECK(fd.error().kind == ErrorKind::permission);
}

TEST(what_is_absent_is_not_found) {
  const ScratchDirectory directory;
  const auto fd = open_trusted(directory.path("absent"));
  REQUIRE(!fd.ok());
  CHECK(fd.error().kind == ErrorKind::not_found);
  CHECK_EQ(directory.without_path(fd.error().message), "absent: No such file or directory");
}

TEST(a_symbolic_link_is_refused_even_to_a_good_file) {
  const ScratchDirectory directory;
  std::filesystem::create_symlink(directory.write("file", ""), directory.path("link"));
  CHECK_EQ(refusal(directory, directory.path("link")), "link: is a symbolic link");
}

TEST(a_fifo_is_refused_without_waiting_for_a_writer) {
  const ScratchDirectory directory;
  REQUIRE(mkfifo(directory.path("fifo").c_str(), 0600) == 0);
  CHECK_EQ(refusal(directory, directory.path("fifo")), "fifo: is not a regular file");
}

TEST(directories_and_devices_are_refused) {
  const ScratchDirectory directory;
  std::filesystem::create_directory(directory.path("sub"));
  CHECK_EQ(refusal(directory, directory.path("sub")), "sub: is not a regular file");
  CHECK_EQ(refusal(directory, "/dev/null"), "/dev/null: is not a regular file");
  CHECK_EQ(refusal(directory, "/dev/zero"), "/dev/zero: is not a regular file");
}

TEST(a_stranger_may_not_own_the_file) {
  if (geteuid() != 0) test::skip_test("only root can give files away");
  const ScratchDirectory directory;
  const auto path = directory.write("file", "");
  REQUIRE(chown(path.c_str(), kStranger, 0) == 0);
  CHECK_EQ(refusal(directory, path), "file: is not owned by root or _sms2fa (chown root)");
}

TEST(a_stranger_may_not_own_the_directory) {
  if (geteuid() != 0) test::skip_test("only root can give directories away");
  const ScratchDirectory directory;
  const auto path = directory.write("file", "");
  REQUIRE(chown(directory.path().c_str(), kStranger, 0) == 0);
  CHECK_EQ(refusal(directory, path),
           directory.path() + ": is not owned by root or _sms2fa (chown root)");
}

TEST(nobody_else_may_write_to_the_directory_unless_it_is_sticky) {
  const ScratchDirectory directory;
  const auto path = directory.write("file", "");
  for (const mode_t mode : {0770u, 0707u, 0777u}) {
    REQUIRE(chmod(directory.path().c_str(), mode) == 0);
    CHECK_EQ(refusal(directory, path), directory.path() + ": others can write to it (chmod go-w)");
  }
  REQUIRE(chmod(directory.path().c_str(), 01777) == 0);
  CHECK_EQ(refusal(directory, path), "");
}

TEST(a_file_swapped_after_the_check_is_not_what_is_read) {
  const ScratchDirectory directory;
  const auto path = directory.write("file", "the checked one");
  const auto fd = open_trusted(path);
  REQUIRE(fd.ok());
  std::filesystem::rename(directory.write("other", "the swapped one", 0666), path);
  CHECK_EQ(content_of(fd->get()), "the checked one");
}

TEST(root_and_the_own_user_are_trusted_and_others_not) {
  CHECK(is_trusted_owner(0));
  CHECK(is_trusted_owner(geteuid()));
  CHECK(!is_trusted_owner(kStranger));
}

TEST(a_secret_file_loses_one_newline_only) {
  const ScratchDirectory directory;
  CHECK_EQ(read_trusted_secret(directory.write("plain", "token"))->reveal(), "token");
  CHECK_EQ(read_trusted_secret(directory.write("line", "token\n"))->reveal(), "token");
  CHECK_EQ(read_trusted_secret(directory.write("lines", "token\n\n"))->reveal(), "token\n");
}

TEST(a_secret_file_has_1_to_4096_bytes) {
  const ScratchDirectory directory;
  const auto message = [&](std::string_view content) {
    const auto secret = read_trusted_secret(directory.write("token", content));
    return secret ? "" : directory.without_path(secret.error().message);
  };
  CHECK_EQ(message(""), "token: is empty");
  CHECK_EQ(message("\n"), "token: is empty");
  CHECK_EQ(message(std::string(4096, 'x')), "");
  CHECK_EQ(message(std::string(4096, 'x') + "\n"), "");
  CHECK_EQ(message(std::string(4097, 'x')), "token: longer than 4096 bytes");
  CHECK_EQ(message(std::string(1 << 20, 'x')), "token: longer than 4096 bytes");
}

TEST(an_untrusted_secret_file_is_not_read) {
  const ScratchDirectory directory;
  const auto secret = read_trusted_secret(directory.write("token", "token", 0644));
  REQUIRE(!secret.ok());
  CHECK(secret.error().kind == ErrorKind::permission);
}
