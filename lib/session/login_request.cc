// SPDX-License-Identifier: Apache-2.0
#include "lib/session/login_request.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace sms2fa {

namespace {

// IPv6: what one customer gets, and rotates within (RFC 6177), and what one site gets.
constexpr unsigned kCustomerBits = 64;
constexpr unsigned kSiteBits = 48;
constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv4NetworkBits = 24;

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

// An IPv6 address without what stands behind '%', the interface of a link-local one.
std::optional<in6_addr> ipv6_in(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) != 1)
    return std::nullopt;
  return address;
}

std::string network_of(int family, uint8_t* address, unsigned size, unsigned bits) {
  std::fill(address + bits / 8, address + size, uint8_t{0});
  const std::string network = text_of(family, address);
  return bits == kIpv4Bits && family == AF_INET ? network : network + "/" + std::to_string(bits);
}

// The network of a remote host; a name that is no address is its own.
std::string network_of(const std::string& host, unsigned ipv4_bits, unsigned ipv6_bits) {
  in_addr ipv4{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1)
    return network_of(AF_INET, reinterpret_cast<uint8_t*>(&ipv4), sizeof ipv4, ipv4_bits);
  auto ipv6 = ipv6_in(host);
  if (!ipv6) return host;
  if (IN6_IS_ADDR_V4MAPPED(&*ipv6))
    return network_of(AF_INET, &ipv6->s6_addr[12], sizeof ipv4, ipv4_bits);
  return network_of(AF_INET6, ipv6->s6_addr, sizeof *ipv6, ipv6_bits);
}

}  // namespace

std::string LoginRequest::source() const {
  const bool is_root = lane == Lane::proven || lane == Lane::unproven;
  if (rhost.empty()) return "local " + caller + (is_root ? " " + tty : "");
  const std::string network = network_of(rhost, kIpv4Bits, kCustomerBits);
  return is_root ? network : "peer " + caller + " " + network;
}

std::string LoginRequest::crowd() const {
  if (rhost.empty()) return "local " + caller;
  return network_of(rhost, kIpv4NetworkBits, kSiteBits);
}

bool LoginRequest::has_address() const {
  in_addr ipv4{};
  return inet_pton(AF_INET, rhost.c_str(), &ipv4) == 1 || ipv6_in(rhost).has_value();
}

AuditEvent begin_event(const LoginRequest& request) {
  AuditEvent event;
  event.lane = request.lane;
  event.user = request.user;
  event.typed_user = request.typed_user;
  event.service = request.service;
  event.rhost = request.rhost;
  event.tty = request.tty;
  event.ruser = request.ruser;
  return event;
}

}  // namespace sms2fa
