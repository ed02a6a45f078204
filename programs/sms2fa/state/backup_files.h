// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"
#include "lib/config/configuration.h"

namespace sms2fa {

// One file of a backup: its name in the archive, and where it belongs on the machine.
struct BackupFile {
  std::string name;
  std::string path;
};

inline constexpr const char* kBackupConfiguration = "sms2fa.conf";
inline constexpr const char* kBackupUsers = "users.conf";
inline constexpr const char* kBackupState = "state.db";
inline constexpr const char* kBackupKey = "store.key";

// Where each part of a backup belongs, by the configuration that is, or will be, at `path`.
std::vector<BackupFile> backup_files(const std::string& path, const Configuration& settings);

// A new directory beside `path` that is the caller's alone, removed with what is in it.
class ScratchDirectory {
 public:
  static Result<ScratchDirectory> beside(const std::string& path);
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// Opens a regular file that root or _sms2fa owns. Symbolic links are not followed.
Result<UniqueFd> open_plain(const std::string& path);

// Copies all of `from` into the new file `to`, mode 0600, and syncs it.
Result<void> copy_to_new(const UniqueFd& from, const std::string& to);

// tar(1), without an environment. The archive's members are plain files with no directory.
Result<void> make_archive(const std::string& archive, const ScratchDirectory& from,
                          const std::vector<std::string>& names);
Result<std::vector<std::string>> list_archive(const std::string& archive);
Result<void> extract_archive(const std::string& archive, const ScratchDirectory& to);

}  // namespace sms2fa
