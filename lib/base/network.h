// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sms2fa {

// An IPv4 address in IPv6's clothes (RFC 4291, 2.5.5.2), or an IPv6 address.
using Address = std::array<uint8_t, 16>;

// What stands behind '%', the interface of a link-local address, doesn't count. nullopt: it is no
// address.
std::optional<Address> address_from(std::string_view text);

// The addresses that begin with the same bits.
struct Network {
  Address address{};
  unsigned bits = 128;  // of `address`, also for IPv4; the others are 0
  bool operator==(const Network&) const = default;

  bool contains(const Address& other) const;
  // Whether each address of `other` is one of this network's.
  bool contains(const Network& other) const;
};

// "192.0.2.1", "10.20.0.0/16", "2001:db8::/48". nullopt also where an address has bits behind those
// that count.
std::optional<Network> network_from(std::string_view text);

}  // namespace sms2fa
