// SPDX-License-Identifier: Apache-2.0
#include "lib/base/network.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

bool is_in(const char* address, const char* network) {
  const auto whole = network_from(network);
  const auto one = address_from(address);
  REQUIRE(whole.has_value());
  return one && whole->contains(*one);
}

}  // namespace

TEST(an_address_is_in_a_network_whose_bits_it_begins_with) {
  CHECK(is_in("10.20.255.1", "10.20.0.0/16"));
  CHECK(!is_in("10.21.0.1", "10.20.0.0/16"));
  CHECK(is_in("10.20.127.1", "10.20.0.0/17"));
  CHECK(!is_in("10.20.128.1", "10.20.0.0/17"));
  CHECK(is_in("192.0.2.1", "192.0.2.1"));
  CHECK(!is_in("192.0.2.2", "192.0.2.1/32"));
  CHECK(is_in("203.0.113.9", "0.0.0.0/0"));
  CHECK(is_in("2001:db8:0:ff::1", "2001:db8::/48"));
  CHECK(!is_in("2001:db8:1::1", "2001:db8::/48"));
  CHECK(is_in("2001:DB8::1", "2001:db8:0::1/128"));
}

TEST(ipv4_in_ipv6s_clothes_is_ipv4) {
  CHECK(is_in("::ffff:10.20.0.1", "10.20.0.0/16"));
  CHECK(is_in("10.20.0.1", "::ffff:10.20.0.0/112"));
  // All of IPv6 has it, and all of IPv4 has none of IPv6.
  CHECK(is_in("10.20.0.1", "::/0"));
  CHECK(!is_in("2001:db8::1", "0.0.0.0/0"));
}

TEST(an_interface_does_not_count) {
  CHECK(is_in("fe80::1%eth0", "fe80::/10"));
  CHECK(!network_from("fe80::%eth0/10"));
}

TEST(what_is_no_network_is_none) {
  for (const char* text : {"",
                           "/",
                           "/8",
                           "10",
                           "10.0.0",
                           "10.0.0.0.0",
                           "10.0.0.256",
                           "10.0.0.0/",
                           "10.0.0.0/33",
                           "10.0.0.0/-1",
                           "10.0.0.0/+8",
                           "10.0.0.0/ 8",
                           "10.0.0.0/8/8",
                           "10.0.0.0/8x",
                           "::/129",
                           "2001:db8::/4294967297",
                           "host.example",
                           "host.example/8",
                           "local",
                           ":::"})
    CHECK(!network_from(text).has_value());
  CHECK(!address_from(std::string_view("10.0.0.1\0", 9)));
  CHECK(!address_from("host.example"));
}

TEST(bits_behind_the_prefix_are_a_mistake) {
  CHECK(!network_from("10.20.0.1/16"));
  CHECK(!network_from("2001:db8:0:1::/48"));
  CHECK(!network_from("0.0.0.1/0"));
  CHECK(network_from("10.20.0.2/31").has_value());
}

TEST(a_network_is_in_another) {
  const auto wide = *network_from("10.0.0.0/8");
  const auto narrow = *network_from("10.20.0.0/16");
  CHECK(wide.contains(narrow));
  CHECK(wide.contains(wide));
  CHECK(!narrow.contains(wide));
  CHECK(!wide.contains(*network_from("11.0.0.0/16")));
}
