// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace sms2fa {

namespace {

constexpr int kFirstHandedOver = 3;  // SD_LISTEN_FDS_START

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

// Half of the time that the manager allows; nullopt when it allows any, or means another process.
std::optional<Milliseconds> interval(const std::string& microseconds, const std::string& pid) {
  int64_t allowed = 0;
  const char* const end = microseconds.data() + microseconds.size();
  const auto [stopped, error] = std::from_chars(microseconds.data(), end, allowed);
  if (error != std::errc() || stopped != end || allowed <= 0) return std::nullopt;
  if (!pid.empty() && pid != std::to_string(getpid())) return std::nullopt;
  constexpr int64_t kLongest = int64_t{60} * 60 * 1000;
  return Milliseconds(std::clamp<int64_t>(allowed / 2000, 1, kLongest));
}

}  // namespace

ServiceManager ServiceManager::take_environment() {
  ServiceManager manager;
  manager.notify_socket_ = variable("NOTIFY_SOCKET");
  manager.journal_reads_stderr_ = !variable("JOURNAL_STREAM").empty();
  const bool for_us = variable("LISTEN_PID") == std::to_string(getpid());
  const std::string count = variable("LISTEN_FDS");
  const bool known_count = count.size() == 1 && count[0] >= '1' && count[0] <= '9';
  for (int i = 0; for_us && known_count && i < count[0] - '0'; ++i) {
    manager.handed_over_.emplace_back(kFirstHandedOver + i);
    fcntl(kFirstHandedOver + i, F_SETFD, FD_CLOEXEC);
  }
  manager.names_ = variable("LISTEN_FDNAMES");
  manager.watchdog_interval_ = interval(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"));
  clearenv();
  return manager;
}

Result<Listeners> ServiceManager::take_listeners() {
  Listeners listeners;
  auto handed_over = std::exchange(handed_over_, {});
  if (handed_over.size() == 1 && (names_.empty() || names_ == "unknown")) names_ = "auth";
  std::string_view names = names_;
  for (UniqueFd& fd : handed_over) {
    const std::string_view name = names.substr(0, names.find(':'));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    UniqueFd& place = name == "auth" ? listeners.auth : listeners.user;
    if ((name != "auth" && name != "user") || place.valid())
      return make_error(ErrorKind::configuration,
                        "a socket was handed over that is neither \"auth\" nor \"user\" "
                        "(FileDescriptorName=)");
    place = std::move(fd);
  }
  return listeners;
}

void ServiceManager::notify(const std::string& state) const {
  sockaddr_un address{};
  if (notify_socket_.empty() || notify_socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, notify_socket_.data(), notify_socket_.size());
  // An abstract address is written with '@' where the kernel wants NUL.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket_.size());
  sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace sms2fa
