// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/system/running_daemons.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lib/base/text.h"
#include "lib/base/trusted_file.h"

namespace sms2fa {

namespace {

constexpr std::string_view kName = "/sms2fad";
// What the kernel writes behind the name of a file that is gone (proc(5), /proc/pid/exe).
constexpr std::string_view kGone = " (deleted)";

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.substr(0, line.find('\0'));
}

}  // namespace

std::vector<RunningDaemon> running_daemons() {
  std::vector<RunningDaemon> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    struct stat info {};
    if (stat(entry.path().c_str(), &info) != 0 || !is_trusted_owner(info.st_uid)) continue;
    std::string program = std::filesystem::read_symlink(entry.path() / "exe", error);
    const bool replaced = program.ends_with(kGone);
    if (replaced) program.resize(program.size() - kGone.size());
    if (!program.ends_with(kName)) continue;
    found.push_back({pid, replaced, first_line(entry.path() / "attr/current")});
  }
  return found;
}

bool has_systemd() {
  return access("/run/systemd/system", F_OK) == 0;
}

}  // namespace sms2fa
