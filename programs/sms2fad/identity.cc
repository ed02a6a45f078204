// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/identity.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "lib/base/become_account.h"
#include "lib/base/system_error.h"
#include "lib/base/trusted_file.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

namespace {

Result<passwd> service_account() {
  errno = 0;
  const passwd* found = getpwnam(kServiceAccount);
  if (found == nullptr)
    return make_error(ErrorKind::permission,
                      "there is no account _sms2fa to run as; make it with: "
                      "systemd-sysusers, or useradd --system --home-dir /nonexistent --shell "
                      "/usr/sbin/nologin _sms2fa");
  return *found;
}

Result<void> hand_over(const std::string& directory, const passwd& account) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error(ErrorKind::permission, directory);
  const UniqueFd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!fd.valid() || fstat(fd.get(), &info) != 0)
    return system_error(ErrorKind::permission, directory);
  std::error_code error;
  const bool empty = std::filesystem::is_empty(directory, error) && !error;
  if (info.st_uid == 0 && empty && fchown(fd.get(), account.pw_uid, account.pw_gid) != 0)
    return system_error(ErrorKind::permission, directory);
  return {};
}

}  // namespace

Result<void> prepare_directories(const std::vector<std::string>& directories) {
  if (geteuid() != 0) {
    for (const auto& directory : directories) (void)mkdir(directory.c_str(), 0700);
    return {};
  }
  const auto account = service_account();
  if (!account) return account.error();
  for (const auto& directory : directories)
    if (auto handed = hand_over(directory, *account); !handed) return handed;
  return {};
}

Result<void> become_service_account() {
  if (geteuid() != 0) return {};
  const auto account = service_account();
  if (!account) return account.error();
  if (!become_account(*account)) return system_error(ErrorKind::permission, "becoming _sms2fa");
  if (setuid(0) == 0 || geteuid() != account->pw_uid || getegid() != account->pw_gid)
    return make_error(ErrorKind::permission, "becoming _sms2fa did not last");
  return {};
}

}  // namespace sms2fa
