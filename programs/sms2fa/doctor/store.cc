// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lib/base/become_account.h"
#include "lib/base/text.h"
#include "lib/base/trusted_file.h"
#include "lib/base/unique_fd.h"
#include "lib/base/write_all.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/system/child.h"

namespace sms2fa {

namespace {

// A disk may hang.
constexpr std::chrono::seconds kPatience{10};
// More than the counting of a few logins takes.
constexpr off_t kRoom = 256 * 1024;

struct Obstacle {
  std::string path;
  int error = 0;
};

// A nameless file is nobody's to see, and is gone with its descriptor.
int try_to_write(const std::string& folder) {
  const UniqueFd fd(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd.valid()) {
    const bool unsupported = errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT;
    return unsupported ? 0 : errno;
  }
  const int error = posix_fallocate(fd.get(), 0, kRoom);
  return error == EOPNOTSUPP || error == EINVAL ? 0 : error;
}

Obstacle find_obstacle(const std::string& database) {
  const std::string folder = std::filesystem::path(database).parent_path();
  if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) return {folder, errno};
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const std::string path = database + suffix;
    if (access(path.c_str(), R_OK | W_OK) != 0 && errno != ENOENT) return {path, errno};
  }
  return {folder, try_to_write(folder)};
}

// In the child, as the daemon: root may write where the daemon may not, and to the last block.
int tell_obstacle(const passwd& account, const std::string& database, int out) {
  if (!become_account(account)) return 1;
  const Obstacle obstacle = find_obstacle(database);
  const std::string text = std::to_string(obstacle.error) + " " + obstacle.path;
  return write_all(out, text) ? 0 : 1;
}

// Where the file system of a path is mounted.
std::string mount_point_of(const std::string& path) {
  std::string longest = "/";
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string id, parent, device, root, point;  // proc_pid_mountinfo(5)
    words >> id >> parent >> device >> root >> point;
    const bool above = path == point || path.starts_with(point + "/");
    if (above && point.size() > longest.size()) longest = point;
  }
  return longest;
}

}  // namespace

void check_store(const StoreSettings& settings, Findings& findings) {
  struct stat info {};
  const std::string folder = std::filesystem::path(settings.path).parent_path();
  const passwd* account = getpwnam(kServiceAccount);
  // What is not there yet, the daemon makes.
  if (settings.type != StoreType::sqlite || geteuid() != 0 || account == nullptr ||
      stat(folder.c_str(), &info) != 0)
    return;
  const ChildEnd end =
      in_child(kPatience, [&](int out) { return tell_obstacle(*account, settings.path, out); });
  Obstacle obstacle;
  std::istringstream words(end.text);
  if (!end.succeeded() || !(words >> obstacle.error) ||
      !std::getline(words >> std::ws, obstacle.path))
    return findings.add(Severity::warning, "whether sms2fad can write to " + escape(folder) +
                                               " could not be found out: looking there " +
                                               (end.late ? "took too long" : "ended badly"));
  const std::string path = escape(obstacle.path);
  const std::string point = escape(mount_point_of(folder));
  const std::string so = ", so no answer can be counted and nobody gets in by a code; ";
  switch (obstacle.error) {
    case 0:
      return;
    case EROFS:
      return findings.add(make_error(
          ErrorKind::unavailable, "the file system of " + path + " is read-only" + so +
                                      "find out why (dmesg), then: mount -o remount,rw " + point));
    case ENOSPC:
    case EDQUOT:
      return findings.add(make_error(ErrorKind::unavailable,
                                     "the file system of " + path + " is full" + so +
                                         "make room there; what takes most is shown by: du -xah " +
                                         point + " | sort -h | tail"));
    case EACCES:
    case EPERM:
      return findings.add(make_error(ErrorKind::permission,
                                     "_sms2fa can't write " + path + so +
                                         "fix it: chown _sms2fa: " + path + " && chmod " +
                                         (obstacle.path == folder ? "u=rwx " : "u=rw ") + path));
    default:
      return findings.add(make_error(ErrorKind::unavailable, "sms2fad can't write to " + path +
                                                                 " (" + strerror(obstacle.error) +
                                                                 ")" + so +
                                                                 "look after that disk: dmesg"));
  }
}

}  // namespace sms2fa
