// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fa/doctor/denials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>

#include "lib/base/unique_fd.h"
#include "programs/sms2fa/output/human_time.h"

namespace sms2fa {

namespace {

constexpr const char* kKernelLog = "/dev/kmsg";
constexpr const char* kAuditLog = "/var/log/audit/audit.log";
constexpr const char* kLocalRules = "/etc/apparmor.d/local/usr.sbin.sms2fad";
constexpr const char* kProfile = "/etc/apparmor.d/usr.sbin.sms2fad";
constexpr off_t kMostOfLog = 1 << 20;
constexpr std::chrono::hours kPast{24};

// The value of name="value"; empty: there is none, or it is written in hexadecimal digits.
std::string_view quoted(std::string_view line, std::string_view name) {
  const std::string key = " " + std::string(name) + "=\"";
  const size_t begin = line.find(key);
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin + key.size());
  const size_t end = line.find('"');
  return end == std::string_view::npos ? std::string_view() : line.substr(0, end);
}

// Of "audit(1764456789.123:45)".
std::optional<WallTime> time_in(std::string_view line) {
  constexpr std::string_view kAudit = "audit(";
  const size_t begin = line.find(kAudit);
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin + kAudit.size());
  int64_t seconds = 0;
  if (std::from_chars(line.data(), line.data() + line.size(), seconds).ec != std::errc())
    return std::nullopt;
  return WallTime(std::chrono::seconds(seconds));
}

bool is_plain(std::string_view path) {
  return path.starts_with('/') &&
         path.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "/._-") == std::string_view::npos;
}

// The end of a log. A read of the kernel's gives one line of it, and fails when it has been
// overwritten meanwhile.
std::string end_of(const char* log) {
  const UniqueFd fd(open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd.valid()) return {};
  if (lseek(fd.get(), -kMostOfLog, SEEK_END) < 0) lseek(fd.get(), 0, SEEK_SET);
  std::string text;
  std::array<char, 8192> buffer{};
  while (text.size() < 2 * size_t{kMostOfLog}) {
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(size));
  }
  return text;
}

WallTime oldest_that_counts() {
  const WallTime past = std::chrono::system_clock::now() - kPast;
  struct stat info {};
  if (stat(kLocalRules, &info) != 0) return past;
  return std::max(past, WallTime(std::chrono::seconds(info.st_mtim.tv_sec)));
}

}  // namespace

std::optional<Denial> read_denial(std::string_view line) {
  const bool is_ours = quoted(line, "profile").ends_with("sms2fad");
  const auto path = quoted(line, "name");
  const auto at = time_in(line);
  if (quoted(line, "apparmor") != "DENIED" || !is_ours || !is_plain(path) || !at)
    return std::nullopt;
  const bool writes = quoted(line, "denied_mask").find_first_not_of('r') != std::string_view::npos;
  return Denial{*at, std::string(path), writes};
}

std::optional<Denial> find_denial(std::string_view text) {
  std::optional<Denial> newest;
  const WallTime oldest = oldest_that_counts();
  for (const char* log : {kKernelLog, kAuditLog}) {
    const std::string lines = end_of(log);
    for (std::string_view rest = lines; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      auto denial = read_denial(line);
      const bool counts = denial && denial->at >= oldest && (!newest || denial->at >= newest->at) &&
                          (text.empty() || text.find(denial->path) != std::string_view::npos);
      if (counts) newest = std::move(denial);
    }
  }
  return newest;
}

std::string how_to_allow(const Denial& denial) {
  return "AppArmor keeps sms2fad from " + denial.path + ", said the kernel's log at " +
         local_time(denial.at) + "; allow it: echo '" + denial.path +
         (denial.writes ? " rwk," : " r,") + "' >> " + kLocalRules + " && apparmor_parser -r " +
         kProfile;
}

}  // namespace sms2fa
