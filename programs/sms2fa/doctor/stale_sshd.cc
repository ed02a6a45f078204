// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <fstream>

#include "programs/sms2fa/doctor/daemon_word.h"
#include "programs/sms2fa/doctor/doctor.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

namespace fs = std::filesystem;

WallTime change_of(const fs::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return WallTime(std::chrono::duration_cast<WallTime::duration>(
      std::chrono::seconds(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec)));
}

// True when the process that this file names is sshd.
bool names_sshd(const fs::path& pid_file) {
  std::string pid;
  std::ifstream(pid_file) >> pid;
  std::error_code error;
  return !pid.empty() && pid.find_first_not_of("0123456789") == std::string::npos &&
         fs::read_symlink(fs::path("/proc") / pid / "exe", error).filename() == "sshd";
}

// The one that was changed last.
std::pair<fs::path, WallTime> newest_of(const SshdFiles& files) {
  std::pair<fs::path, WallTime> newest = {files.configuration, change_of(files.configuration)};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(files.drop_ins, error))
    if (entry.path().extension() == ".conf" && change_of(entry.path()) > newest.second)
      newest = {entry.path(), change_of(entry.path())};
  return newest;
}

}  // namespace

// sshd writes its pid file each time it has read its configuration: at its start, and when SIGHUP
// makes it begin anew under the same pid.
void check_stale_sshd(const SshdSettings& settings, const SshdFiles& files, Findings& findings) {
  const auto named = settings.find("pidfile");
  if (named == settings.end() || !names_sshd(named->second)) return;
  const WallTime read = change_of(named->second);
  const auto [file, changed] = newest_of(files);
  if (changed > read)
    findings.add(Severity::warning, "sshd runs with what it read at " + local_time(read) +
                                        ", and " + file.string() + " was changed at " +
                                        local_time(changed) +
                                        ", so what is said here of its settings is not yet so; " +
                                        how_to_reload_sshd(settings));
}

}  // namespace sms2fa
