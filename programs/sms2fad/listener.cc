// SPDX-License-Identifier: Apache-2.0
#include "programs/sms2fad/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/base/system_error.h"

namespace sms2fa {

namespace {

// Connections that come while it is full are denied at once.
constexpr int kBacklog = 1024;
constexpr int kKind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

int option_of(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

Result<void> clear_the_way(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return system_error(ErrorKind::unavailable, path);
  }
  if (!S_ISSOCK(info.st_mode))
    return make_error(ErrorKind::unavailable, path + ": stands there and is not a socket");
  const UniqueFd probe(socket(AF_UNIX, kKind, 0));
  if (!probe.valid()) return system_error(ErrorKind::unavailable, path);
  const int connected =
      connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected == 0 || errno == EAGAIN)
    return make_error(ErrorKind::unavailable, path + ": another daemon listens there already");
  if (unlink(path.c_str()) != 0) return system_error(ErrorKind::unavailable, path);
  return {};
}

}  // namespace

Result<UniqueFd> listen_at(const std::string& path, mode_t mode) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path)
    return make_error(ErrorKind::configuration, path + ": too long for a socket");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());

  const auto folder = std::filesystem::path(path).parent_path();
  // Everybody must be able to pass through to the socket, whatever the umask says.
  if (mkdir(folder.c_str(), 0755) == 0 && chmod(folder.c_str(), 0755) != 0)
    return system_error(ErrorKind::unavailable, folder.string());
  if (auto cleared = clear_the_way(path, address); !cleared) return cleared.error();

  UniqueFd fd(socket(AF_UNIX, kKind, 0));
  if (!fd.valid()) return system_error(ErrorKind::unavailable, path);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), mode) != 0 || listen(fd.get(), kBacklog) != 0)
    return system_error(ErrorKind::unavailable, path);
  return fd;
}

Result<void> check_listener(int fd) {
  if (option_of(fd, SO_DOMAIN) == AF_UNIX && option_of(fd, SO_TYPE) == SOCK_SEQPACKET &&
      option_of(fd, SO_ACCEPTCONN) == 1)
    return {};
  return make_error(ErrorKind::configuration,
                    "the socket handed over is not a listening unix socket of type seqpacket "
                    "(ListenSequentialPacket=)");
}

}  // namespace sms2fa
