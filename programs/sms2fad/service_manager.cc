// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

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
  if (for_us && variable("LISTEN_FDS") == "1") {
    manager.listener_ = UniqueFd(kFirstHandedOver);
    fcntl(kFirstHandedOver, F_SETFD, FD_CLOEXEC);
  }
  manager.sign_of_life_ = interval(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"));
  clearenv();
  return manager;
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
