// SPDX-License-Identifier: Apache-2.0
#include "lib/base/trusted_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include <openssl/crypto.h>

namespace sms2fa {

namespace {

constexpr size_t kLongestSecret = 4096;

std::optional<uid_t> service_uid() {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  if (getpwnam_r(kServiceAccount, &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return std::nullopt;
  return found->pw_uid;
}

Error refuse(const std::string& path, const std::string& reason) {
  return make_error(ErrorKind::permission, path + ": " + reason);
}

Error cannot_open(const std::string& path, int error) {
  if (error == ELOOP) return refuse(path, "is a symbolic link");
  const ErrorKind kind = error == ENOENT ? ErrorKind::not_found : ErrorKind::permission;
  return make_error(kind, path + ": " + std::strerror(error));
}

Result<void> check_parent(const std::string& path) {
  auto parent = std::filesystem::path(path).parent_path();
  if (parent.empty()) parent = ".";
  const UniqueFd fd(open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return cannot_open(parent.string(), errno);
  if (!is_trusted_owner(info.st_uid))
    return refuse(parent.string(),
                  std::string("is not owned by root or ") + kServiceAccount + " (chown root)");
  const bool sticky = (info.st_mode & S_ISVTX) != 0;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
    return refuse(parent.string(), "others can write to it (chmod go-w)");
  return {};
}

}  // namespace

bool is_trusted_owner(uid_t uid) {
  if (uid == 0) return true;
  const uid_t own = geteuid();
  if (own != 0 && uid == own) return true;
  const auto service = service_uid();
  return service && *service == uid;
}

Result<UniqueFd> open_regular(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return cannot_open(path, errno);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return cannot_open(path, errno);
  if (!S_ISREG(info.st_mode)) return refuse(path, "is not a regular file");
  return fd;
}

Result<UniqueFd> open_trusted(const std::string& path) {
  auto fd = open_regular(path);
  if (!fd) return fd;
  struct stat info {};
  if (fstat(fd->get(), &info) != 0) return cannot_open(path, errno);
  if (!is_trusted_owner(info.st_uid))
    return refuse(path,
                  std::string("is not owned by root or ") + kServiceAccount + " (chown root)");
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse(path, "others can write to it (chmod go-w)");
  if ((info.st_mode & S_IROTH) != 0) return refuse(path, "others can read it (chmod o-r)");
  if (auto parent = check_parent(path); !parent) return parent.error();
  return fd;
}

Result<Secret> read_trusted_secret(const std::string& path) {
  auto fd = open_trusted(path);
  if (!fd) return fd.error();
  // Room for the newline, and for one byte that shows that there is more.
  std::array<char, kLongestSecret + 2> buffer{};
  size_t used = 0;
  while (used < buffer.size()) {
    const ssize_t got = read(fd->get(), buffer.data() + used, buffer.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_open(path, errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  if (used > 0 && buffer[used - 1] == '\n') --used;
  const bool too_long = used > kLongestSecret;
  Secret secret(std::string_view(buffer.data(), used));
  OPENSSL_cleanse(buffer.data(), buffer.size());
  if (too_long) return make_error(ErrorKind::configuration, path + ": longer than 4096 bytes");
  if (secret.empty()) return make_error(ErrorKind::configuration, path + ": is empty");
  return secret;
}

}  // namespace sms2fa
