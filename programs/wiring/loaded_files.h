// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace sms2fa {

// What tells one state of a file from another without reading it. Rewriting it with the same text
// makes another state, too.
struct FileStamp {
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t changed_ns = 0;  // since 1970

  // nullopt: there is no such file, or it can't be looked at.
  static std::optional<FileStamp> of(const std::string& path);
  bool operator==(const FileStamp&) const = default;
};

struct LoadedFile {
  std::string path;
  FileStamp stamp;
};

// What a daemon works with: the configuration first, then the users file where there is one, then
// the providers' secrets and CA certificates that it names.
struct LoadedFiles {
  std::vector<LoadedFile> files;
  WallTime at{};
};

}  // namespace sms2fa
