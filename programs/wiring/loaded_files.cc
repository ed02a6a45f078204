// SPDX-License-Identifier: Apache-2.0
#include "programs/wiring/loaded_files.h"

#include <sys/stat.h>

namespace sms2fa {

std::optional<FileStamp> FileStamp::of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  constexpr int64_t kNanoseconds = 1'000'000'000;
  return FileStamp{info.st_ino, info.st_size,
                   int64_t{info.st_mtim.tv_sec} * kNanoseconds + info.st_mtim.tv_nsec};
}

}  // namespace sms2fa
