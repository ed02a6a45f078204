// SPDX-License-Identifier: Apache-2.0
#include "lib/session/login_request.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sms2fa {

namespace {

constexpr size_t kNetworkBytes = 8;  // /64: what one customer gets (RFC 6177), and rotates within
constexpr const char* kNetworkSuffix = "/64";

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

}  // namespace

std::string LoginRequest::source() const {
  if (rhost.empty()) return "local";
  auto address = ipv6_in(rhost);
  if (!address) return rhost;
  if (IN6_IS_ADDR_V4MAPPED(&*address)) return text_of(AF_INET, &address->s6_addr[12]);
  std::fill(std::begin(address->s6_addr) + kNetworkBytes, std::end(address->s6_addr),
            static_cast<uint8_t>(0));
  return text_of(AF_INET6, &*address) + kNetworkSuffix;
}

}  // namespace sms2fa
