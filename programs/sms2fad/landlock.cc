// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "lib/base/system_error.h"
#include "lib/base/unique_fd.h"

namespace sms2fa {

namespace {

// Debian 12's headers know the first two versions of the interface; what follows is the whole of it
// from the kernel's include/uapi/linux/landlock.h. The numbers of the calls are the same on every
// architecture.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr uint64_t kExecute = 1U << 0;
constexpr uint64_t kWriteFile = 1U << 1;
constexpr uint64_t kRemoveDirectory = 1U << 4;
constexpr uint64_t kRemoveFile = 1U << 5;
constexpr uint64_t kMakeCharacterDevice = 1U << 6;
constexpr uint64_t kMakeDirectory = 1U << 7;
constexpr uint64_t kMakeRegular = 1U << 8;
constexpr uint64_t kMakeSocket = 1U << 9;
constexpr uint64_t kMakeFifo = 1U << 10;
constexpr uint64_t kMakeBlockDevice = 1U << 11;
constexpr uint64_t kMakeSymlink = 1U << 12;
constexpr uint64_t kRefer = 1U << 13;
constexpr uint64_t kTruncate = 1U << 14;
constexpr uint64_t kDeviceControl = 1U << 15;

constexpr uint64_t kBindTcp = 1U << 0;
constexpr uint64_t kScopeSignal = 1U << 1;

struct RulesetAttributes {
  uint64_t files = 0;
  uint64_t network = 0;  // from version 4 on
  uint64_t scoped = 0;   // from version 6 on
};

// The kernel declares it packed.
struct [[gnu::packed]] PathBeneath {
  uint64_t allowed;
  int32_t parent;
};

RulesetAttributes everything_known(long version) {
  RulesetAttributes attributes;
  attributes.files = kExecute | kWriteFile | kRemoveDirectory | kRemoveFile | kMakeCharacterDevice |
                     kMakeDirectory | kMakeRegular | kMakeSocket | kMakeFifo | kMakeBlockDevice |
                     kMakeSymlink;
  if (version >= 2) attributes.files |= kRefer;
  if (version >= 3) attributes.files |= kTruncate;
  if (version >= 4) attributes.network = kBindTcp;
  if (version >= 5) attributes.files |= kDeviceControl;
  // Abstract sockets stay reachable: a service manager may listen at one.
  if (version >= 6) attributes.scoped = kScopeSignal;
  return attributes;
}

}  // namespace

Result<void> confine_writing(const std::vector<std::string>& directories) {
  const long version = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < 1)
    return make_error(ErrorKind::unavailable, std::string("no Landlock: ") + std::strerror(errno));
  const RulesetAttributes attributes = everything_known(version);
  const size_t size = version < 4   ? sizeof attributes.files
                      : version < 6 ? sizeof attributes.files + sizeof attributes.network
                                    : sizeof attributes;
  const UniqueFd ruleset(static_cast<int>(syscall(kCreateRuleset, &attributes, size, 0)));
  if (!ruleset.valid()) return system_error(ErrorKind::permission, "Landlock rules");
  const uint64_t allowed = (kWriteFile | kRemoveFile | kMakeRegular | kTruncate) & attributes.files;
  for (const std::string& directory : directories) {
    const UniqueFd fd(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return system_error(ErrorKind::permission, directory);
    const PathBeneath rule = {allowed, fd.get()};
    if (syscall(kAddRule, ruleset.get(), kPathBeneath, &rule, 0) != 0)
      return system_error(ErrorKind::permission, directory);
  }
  if (syscall(kRestrictSelf, ruleset.get(), 0) != 0)
    return system_error(ErrorKind::permission, "Landlock");
  return {};
}

}  // namespace sms2fa
