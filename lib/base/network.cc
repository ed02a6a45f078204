// SPDX-License-Identifier: Apache-2.0
#include "lib/base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

namespace sms2fa {

namespace {

constexpr unsigned kBits = 128;
constexpr unsigned kBitsBeforeIpv4 = 96;

bool is_ipv4(std::string_view text) {
  return text.find(':') == std::string_view::npos;
}

// Whether both begin with the same `bits` bits.
bool begin_alike(const Address& one, const Address& other, unsigned bits) {
  const size_t bytes = bits / 8;
  if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(bytes), other.begin()))
    return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (one.at(bytes) ^ other.at(bytes)) >> (8 - rest) == 0;
}

Network cut(Network network) {
  for (unsigned bit = network.bits; bit < kBits; ++bit)
    network.address.at(bit / 8) &= static_cast<uint8_t>(~(0x80U >> bit % 8));
  return network;
}

}  // namespace

std::optional<Address> address_from(std::string_view text) {
  const std::string host(text.substr(0, text.find('%')));
  if (host.find('\0') != std::string::npos) return std::nullopt;
  Address address{};
  if (inet_pton(AF_INET6, host.c_str(), address.data()) == 1) return address;
  if (inet_pton(AF_INET, host.c_str(), &address[12]) != 1) return std::nullopt;
  address[10] = address[11] = 0xff;
  return address;
}

bool Network::contains(const Address& other) const {
  return begin_alike(address, other, bits);
}

bool Network::contains(const Network& other) const {
  return other.bits >= bits && contains(other.address);
}

std::optional<Network> network_from(std::string_view text) {
  const size_t slash = text.find('/');
  const auto host = text.substr(0, slash);
  const auto address = address_from(host);
  if (!address || host.find('%') != std::string_view::npos) return std::nullopt;
  Network network{*address};
  if (slash == std::string_view::npos) return network;
  const auto length = text.substr(slash + 1);
  const char* const end = length.data() + length.size();
  unsigned bits = 0;
  const auto [stopped, error] = std::from_chars(length.data(), end, bits);
  const unsigned most = is_ipv4(host) ? kBits - kBitsBeforeIpv4 : kBits;
  if (length.empty() || error != std::errc() || stopped != end || bits > most) return std::nullopt;
  network.bits = is_ipv4(host) ? bits + kBitsBeforeIpv4 : bits;
  return cut(network) == network ? std::optional(network) : std::nullopt;
}

}  // namespace sms2fa
