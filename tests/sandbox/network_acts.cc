// SPDX-License-Identifier: Apache-2.0
// The network: what a provider takes, and nothing else.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "lib/base/unique_fd.h"
#include "tests/sandbox/act.h"

namespace sms2fa::test {

namespace {

int make_socket(int family, int kind, int protocol) {
  return call_result(UniqueFd(socket(family, kind | SOCK_CLOEXEC, protocol)).get());
}

int make_tcp(const Ground&) {
  return make_socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

int make_udp(const Ground&) {
  return make_socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
}

int make_local(const Ground&) {
  return make_socket(AF_UNIX, SOCK_DGRAM, 0);
}

int make_raw(const Ground&) {
  return make_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

int make_packet(const Ground&) {
  return make_socket(AF_PACKET, SOCK_RAW, 0);
}

int make_audit_link(const Ground&) {
  return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
}

int make_routing_link(const Ground&) {
  return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

int make_device_link(const Ground&) {
  return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
}

int make_crypto(const Ground&) {
  return make_socket(AF_ALG, SOCK_SEQPACKET, 0);
}

int bind_loopback(int fd) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

int take_port(const Ground&) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return call_result(bind_loopback(fd.get()));
}

int listen_for_connections(const Ground&) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return call_result(listen(fd.get(), 1));
}

int talk_to_nobody(const Ground&) {
  // UDP to the discard port: connecting only sets the address.
  const UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return call_result(
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

int resolve_name(const Ground&) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo("localhost", "443", &hints, &found);
  if (error == 0) freeaddrinfo(found);
  return error == 0 ? 0 : ENOENT;
}

}  // namespace

std::vector<Act> network_acts() {
  return {
      {"make a TCP socket", make_tcp, 0},
      {"make a UDP socket", make_udp, 0},
      {"make a local socket", make_local, 0},
      {"connect", talk_to_nobody, 0},
      {"resolve a name", resolve_name, 0},
      {"make a raw socket", make_raw, ENOSYS},
      {"make a packet socket", make_packet, ENOSYS},
      {"make a socket to the audit system", make_audit_link, ENOSYS},
      {"make a socket to the routing table", make_routing_link, ENOSYS},
      {"make a socket to the device manager", make_device_link, ENOSYS},
      {"make a socket to the kernel's ciphers", make_crypto, ENOSYS},
      {"take a TCP port", take_port, EACCES},
      {"listen", listen_for_connections, ENOSYS},
  };
}

}  // namespace sms2fa::test
