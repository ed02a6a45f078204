// SPDX-License-Identifier: Apache-2.0
#include "lib/store/state_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "lib/base/system_error.h"
#include "lib/base/trusted_file.h"
#include "lib/base/unique_fd.h"
#include "lib/base/write_all.h"

namespace sms2fa {

namespace {

constexpr std::string_view kMarkerText =
    "The database beside this file counts guesses and messages. sms2fa does not begin again with "
    "empty\n"
    "counters by itself: while this file exists, a missing database is an error. How to begin "
    "again\n"
    "deliberately is written in docs/STORE.md.\n";

constexpr std::array<const char*, 3> kOpenFiles = {"", "-wal", "-shm"};

std::optional<StatePlace::Identity> identity_of(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return std::nullopt;
  return StatePlace::Identity{info.st_dev, info.st_ino};
}

bool exists(const std::string& path) {
  return identity_of(path).has_value();
}

}  // namespace

Error StatePlace::refuse(ErrorKind kind, const std::string& path, const std::string& reason) const {
  return make_error(kind, path + ": " + reason);
}

Result<StatePlace> StatePlace::at(const std::string& path) {
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  if (failed || !absolute.has_filename())
    return make_error(ErrorKind::configuration, path + ": is not the path of a file");
  StatePlace place(absolute.string(), absolute.parent_path().string());
  const std::string& directory = place.directory_;
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return missing ? place.refuse(ErrorKind::configuration, directory, "there is no such directory")
                   : system_error(directory);
  }
  if (!S_ISDIR(info.st_mode))
    return place.refuse(ErrorKind::configuration, directory, "is not a directory");
  if (!is_trusted_owner(info.st_uid))
    return place.refuse(ErrorKind::permission, directory,
                        "is not owned by root or " + std::string(kServiceAccount));
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return place.refuse(ErrorKind::permission, directory, "others can write to it (chmod go-w)");
  return place;
}

Result<bool> StatePlace::check_file(const std::string& path) const {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    return system_error(path);
  }
  if (S_ISLNK(info.st_mode)) return refuse(ErrorKind::permission, path, "is a symbolic link");
  if (!S_ISREG(info.st_mode)) return refuse(ErrorKind::permission, path, "is not a regular file");
  if (!is_trusted_owner(info.st_uid))
    return refuse(ErrorKind::permission, path,
                  "is not owned by root or " + std::string(kServiceAccount));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse(ErrorKind::permission, path, "is open to others (chmod go=)");
  if (path == path_ && info.st_size == 0)
    return refuse(ErrorKind::unavailable, path, "is damaged: the file is empty");
  if (faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    // Another process closed the store meanwhile, and took its log away.
    if (errno == ENOENT) return false;
    return system_error(path);
  }
  return true;
}

// The database last: whoever makes the first one makes it before the others.
Result<bool> StatePlace::has_database() const {
  std::string remnant;
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    const auto sibling = check_file(path_ + suffix);
    if (!sibling) return sibling;
    if (*sibling) remnant = path_ + suffix;
  }
  if (exists(marker())) remnant = marker();
  const auto database = check_file(path_);
  // Without the marker too: SQLite would play the log of a lost database back into a new one.
  if (database && !*database && !remnant.empty())
    return refuse(ErrorKind::unavailable, path_,
                  "is gone while " + remnant +
                      " is there; counting does not begin again by itself (see docs/STORE.md)");
  return database;
}

Result<void> StatePlace::own_like_directory(int fd, const std::string& path) const {
  struct stat info {};
  if (geteuid() != 0) return {};
  if (stat(directory_.c_str(), &info) != 0 || fchown(fd, info.st_uid, info.st_gid) != 0)
    return system_error(path);
  return {};
}

Result<void> StatePlace::sync_directory() const {
  const UniqueFd fd(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) return system_error(directory_);
  return {};
}

Result<void> StatePlace::create(
    Random& random, const std::function<Result<void>(const std::string& path)>& fill) const {
  const auto number = random.below(1'000'000'000);
  if (!number) return number.error();
  const std::string draft = path_ + ".new-" + std::to_string(*number);
  const auto make = [&]() -> Result<void> {
    const UniqueFd fd(open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) return system_error(draft);
    if (auto filled = fill(draft); !filled) return filled;
    if (auto owned = own_like_directory(fd.get(), draft); !owned) return owned;
    if (fsync(fd.get()) != 0) return system_error(draft);
    if (renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0 &&
        errno != EEXIST)
      return system_error(path_);
    return sync_directory();
  };
  const auto made = make();
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) unlink((draft + suffix).c_str());
  return made;
}

Result<void> StatePlace::mark() const {
  if (exists(marker())) return {};
  const UniqueFd fd(open(marker().c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return system_error(marker());
  if (auto owned = own_like_directory(fd.get(), marker()); !owned) return owned;
  if (!write_all(fd.get(), kMarkerText) || fsync(fd.get()) != 0) return system_error(marker());
  return sync_directory();
}

Result<void> StatePlace::note_open_files() {
  open_files_.clear();
  for (const char* suffix : kOpenFiles) {
    const auto identity = identity_of(path_ + suffix);
    if (!identity) return system_error(path_ + suffix);
    open_files_.push_back(*identity);
  }
  return {};
}

Result<void> StatePlace::still_there() const {
  for (size_t i = 0; i < open_files_.size(); ++i) {
    const std::string path = path_ + kOpenFiles[i];
    const auto identity = identity_of(path);
    if (!identity || *identity != open_files_[i])
      return refuse(ErrorKind::unavailable, path,
                    "was removed or replaced while in use (see docs/STORE.md)");
  }
  return {};
}

std::optional<StatePlace::Identity> StatePlace::database_identity() const {
  if (open_files_.empty()) return std::nullopt;
  return open_files_.front();
}

}  // namespace sms2fa
