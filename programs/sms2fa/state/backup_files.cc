// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/state/backup_files.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "lib/base/system_error.h"
#include "lib/base/trusted_file.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

constexpr const char* kTar = "/usr/bin/tar";
constexpr std::chrono::minutes kPatience{10};
constexpr size_t kAtOnce = size_t{1} << 20;

Result<std::string> tar(const std::vector<std::string>& words) {
  std::vector<std::string> command = {kTar};
  command.insert(command.end(), words.begin(), words.end());
  const ChildEnd end = run_program(command, kPatience);
  if (end.succeeded()) return end.text;
  return make_error(ErrorKind::unavailable,
                    "tar failed: " + end.text.substr(0, end.text.find('\n')));
}

}  // namespace

std::vector<BackupFile> backup_files(const std::string& path, const Configuration& settings) {
  std::vector<BackupFile> files = {{kBackupConfiguration, path}};
  for (const DirectorySource source : settings.directory.sources)
    if (source == DirectorySource::users_file)
      files.push_back({kBackupUsers, settings.directory.users_file});
  if (settings.store.type == StoreType::sqlite)
    files.push_back({kBackupState, settings.store.path});
  files.push_back({kBackupKey, settings.store.key_file});
  return files;
}

Result<ScratchDirectory> ScratchDirectory::beside(const std::string& path) {
  std::string name =
      (std::filesystem::absolute(path).parent_path() / ".sms2fa-backup-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return system_error(name);
  return ScratchDirectory(std::move(name));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<UniqueFd> open_plain(const std::string& path) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT)
    return make_error(ErrorKind::not_found, path + ": " + std::strerror(errno));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0) return system_error(path);
  if (!S_ISREG(info.st_mode) || !is_trusted_owner(info.st_uid))
    return make_error(ErrorKind::permission,
                      path + ": is not a regular file of root or " + kServiceAccount);
  return fd;
}

Result<void> copy_to_new(const UniqueFd& from, const std::string& to) {
  const UniqueFd out(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out.valid()) return system_error(to);
  ssize_t copied = 0;
  do {
    copied = sendfile(out.get(), from.get(), nullptr, kAtOnce);
  } while (copied > 0 || (copied < 0 && errno == EINTR));
  if (copied < 0 || fsync(out.get()) != 0) return system_error(to);
  return {};
}

Result<void> make_archive(const std::string& archive, const ScratchDirectory& from,
                          const std::vector<std::string>& names) {
  std::vector<std::string> words = {"--create",  "--file",    archive,     "--directory",
                                    from.path(), "--owner=0", "--group=0", "--"};
  words.insert(words.end(), names.begin(), names.end());
  const auto made = tar(words);
  if (!made) return made.error();
  return {};
}

Result<std::vector<std::string>> list_archive(const std::string& archive) {
  const auto listed = tar({"--list", "--file", archive});
  if (!listed) return listed.error();
  std::vector<std::string> names;
  std::istringstream lines(*listed);
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  return names;
}

Result<void> extract_archive(const std::string& archive, const ScratchDirectory& to) {
  const auto done = tar({"--extract", "--file", archive, "--directory", to.path(),
                         "--no-same-owner", "--no-same-permissions"});
  if (!done) return done.error();
  return {};
}

}  // namespace sms2fa
