// SPDX-License-Identifier: Apache-2.0
#include "lib/base/key_file.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "lib/base/system_error.h"
#include "lib/base/trusted_file.h"
#include "lib/base/write_all.h"

namespace sms2fa {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr size_t kLineSize = 2 * kSealingKeySize;
// A rotation that is broken off and begun again adds one more.
constexpr size_t kMostKeys = 8;

int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Secret> key_from(std::string_view line) {
  if (line.size() != kLineSize) return std::nullopt;
  Secret key(std::string(kSealingKeySize, '\0'));
  for (size_t i = 0; i < key.size(); ++i) {
    const int high = value_of(line[2 * i]);
    const int low = value_of(line[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    key.writable()[i] = static_cast<char>(high << 4 | low);
  }
  return key;
}

Secret text_of(const std::vector<Secret>& keys) {
  Secret text(std::string(keys.size() * (kLineSize + 1), '\n'));
  size_t at = 0;
  for (const Secret& key : keys) {
    for (const char c : key.reveal()) {
      const auto byte = static_cast<unsigned char>(c);
      text.writable()[at++] = kHex[byte >> 4];
      text.writable()[at++] = kHex[byte & 15];
    }
    ++at;
  }
  return text;
}

// Whoever may read the old file may read the new one.
bool hand_over(int fd, const std::string& path) {
  struct stat old {};
  if (lstat(path.c_str(), &old) == 0)
    return (geteuid() != 0 || fchown(fd, old.st_uid, old.st_gid) == 0) &&
           fchmod(fd, old.st_mode & 0777) == 0;
  if (geteuid() == 0) {
    std::array<char, 16384> buffer{};
    group entry{};
    group* found = nullptr;
    if (getgrnam_r(kServiceAccount, &entry, buffer.data(), buffer.size(), &found) == 0 && found)
      if (fchown(fd, 0, found->gr_gid) != 0) return false;
  }
  return fchmod(fd, 0640) == 0;
}

Result<void> write_key_file(const std::string& path, const std::vector<Secret>& keys) {
  const std::string draft = path + ".new";
  const std::string directory = std::filesystem::path(path).parent_path().string();
  // Left by an earlier crash.
  if (unlink(draft.c_str()) != 0 && errno != ENOENT)
    return system_error(ErrorKind::permission, draft);
  const Secret text = text_of(keys);
  const UniqueFd fd(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_error(ErrorKind::permission, draft);
  const UniqueFd parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool done = parent.valid() && write_all(fd.get(), text.reveal()) &&
                    hand_over(fd.get(), path) && fsync(fd.get()) == 0 &&
                    rename(draft.c_str(), path.c_str()) == 0 && fsync(parent.get()) == 0;
  if (done) return {};
  const Error error = system_error(ErrorKind::permission, path);
  unlink(draft.c_str());
  return error;
}

}  // namespace

Result<std::vector<Secret>> read_key_file(const std::string& path) {
  auto content = read_trusted_secret(path);
  if (!content) return content.error();
  std::string_view text = content->reveal();
  std::vector<Secret> keys;
  while (true) {
    const size_t end = std::min(text.find('\n'), text.size());
    auto key = key_from(text.substr(0, end));
    if (!key || keys.size() == kMostKeys)
      return make_error(ErrorKind::configuration,
                        path + ": must hold keys of 64 hexadecimal digits, one a line");
    keys.push_back(std::move(*key));
    if (end == text.size()) return keys;
    text.remove_prefix(end + 1);
  }
}

Result<void> add_key(const std::string& path, Random& random) {
  std::vector<Secret> keys;
  std::array<unsigned char, kSealingKeySize> fresh{};
  auto filled = random.fill(fresh);
  if (!filled) return filled;
  keys.emplace_back(std::string_view(reinterpret_cast<const char*>(fresh.data()), fresh.size()));
  explicit_bzero(fresh.data(), fresh.size());
  auto old = read_key_file(path);
  if (!old && old.error().kind != ErrorKind::not_found) return old.error();
  if (old)
    for (Secret& key : *old) keys.push_back(std::move(key));
  if (keys.size() > kMostKeys)
    return make_error(ErrorKind::refused, path + ": holds too many keys; a rotation never ended");
  return write_key_file(path, keys);
}

Result<void> drop_old_keys(const std::string& path) {
  auto keys = read_key_file(path);
  if (!keys) return keys.error();
  keys->resize(1);
  return write_key_file(path, *keys);
}

}  // namespace sms2fa
