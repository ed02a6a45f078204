// SPDX-License-Identifier: Apache-2.0
#include "lib/wire/daemon_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

namespace sms2fa::wire {

namespace {

constexpr char kServiceAccount[] = "_sms2fa";
constexpr int kFirstFreeDescriptor = 3;
constexpr timespec kRetryPause = {0, 10'000'000};

// A listener whose backlog is full answers EAGAIN at once instead of blocking; such a crowd is gone
// in a moment.
bool connect_until(int fd, const sockaddr_un& address, SteadyTime deadline) noexcept {
  while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const bool worth_waiting = errno == EAGAIN || errno == EINTR;
    if (!worth_waiting || std::chrono::steady_clock::now() >= deadline) return false;
    nanosleep(&kRetryPause, nullptr);
  }
  return true;
}

bool is_service_account(uid_t uid) noexcept {
  passwd entry{};
  passwd* found = nullptr;
  char buffer[4096];
  return getpwnam_r(kServiceAccount, &entry, buffer, sizeof buffer, &found) == 0 &&
         found != nullptr && found->pw_uid == uid;
}

}  // namespace

ConnectStatus connect_to_daemon(const char* path, SteadyTime deadline,
                                UniqueFd& connection) noexcept {
  UniqueFd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ConnectStatus::unreachable;
  if (fd.get() < kFirstFreeDescriptor)
    fd = UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor));
  if (!fd.valid()) return ConnectStatus::unreachable;

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (!connect_until(fd.get(), address, deadline)) return ConnectStatus::unreachable;

  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return ConnectStatus::unreachable;
  if (peer.uid != 0 && !is_service_account(peer.uid)) return ConnectStatus::untrusted;
  connection = static_cast<UniqueFd&&>(fd);
  return ConnectStatus::ok;
}

}  // namespace sms2fa::wire
