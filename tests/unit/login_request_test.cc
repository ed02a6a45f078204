// SPDX-License-Identifier: Apache-2.0
#include "lib/session/login_request.h"

#include "tests/support/test.h"

using namespace sms2fa;

namespace {

std::string source(const std::string& rhost) {
  LoginRequest request;
  request.rhost = rhost;
  return request.source();
}

}  // namespace

TEST(ipv4_addresses_and_names_count_as_they_are) {
  CHECK_EQ(source("192.0.2.7"), "192.0.2.7");
  CHECK_EQ(source("host.example.net"), "host.example.net");
}

TEST(each_local_caller_at_each_terminal_is_a_source) {
  LoginRequest request;
  request.caller = "alice";
  request.tty = "/dev/pts/1";
  const std::string first = request.source();
  request.tty = "/dev/pts/2";
  CHECK(request.source() != first);
  request.tty = "/dev/pts/1";
  request.caller = "bob";
  CHECK(request.source() != first);
}

TEST(an_ordinary_user_has_no_say_in_what_their_source_is) {
  LoginRequest request;
  request.lane = Lane::own;
  request.caller = "1000";
  const std::string first = request.source();
  request.tty = "/dev/pts/2";
  request.ruser = "somebody";
  CHECK_EQ(request.source(), first);
}

TEST(ipv6_addresses_count_by_their_64) {
  CHECK_EQ(source("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  CHECK_EQ(source("2001:db8:1:2:ffff:ffff:ffff:ffff"), source("2001:db8:1:2::"));
  CHECK(source("2001:db8:1:3::1") != source("2001:db8:1:2::1"));
  CHECK_EQ(source("2001:DB8:1:2::A"), source("2001:db8:1:2::b"));
  CHECK_EQ(source("::1"), "::/64");
}

TEST(ipv4_in_ipv6_clothes_is_ipv4) {
  CHECK_EQ(source("::ffff:192.0.2.7"), "192.0.2.7");
  CHECK_EQ(source("::FFFF:c000:207"), "192.0.2.7");
  CHECK(source("::ffff:192.0.2.8") != source("::ffff:192.0.2.7"));
}

TEST(crowds_are_networks_and_local_callers) {
  LoginRequest request;
  const auto crowd = [&request](const std::string& rhost) {
    request.rhost = rhost;
    return request.crowd();
  };
  CHECK_EQ(crowd("192.0.2.7"), "192.0.2.0/24");
  CHECK_EQ(crowd("::ffff:192.0.2.7"), "192.0.2.0/24");
  CHECK_EQ(crowd("2001:db8:1:2::3"), "2001:db8:1::/48");
  CHECK_EQ(crowd("host.example.net"), "host.example.net");
  request.caller = "mallory";
  request.tty = "/dev/pts/1";
  const std::string at_one_terminal = crowd("");
  request.tty = "/dev/pts/2";
  CHECK_EQ(crowd(""), at_one_terminal);
}

TEST(a_link_local_address_counts_without_its_interface) {
  CHECK_EQ(source("fe80::1%eth0"), "fe80::/64");
  CHECK_EQ(source("fe80::2%wlan0"), source("fe80::1%eth0"));
}

TEST(what_only_looks_like_an_address_is_a_name) {
  for (const char* rhost : {"2001:db8::1::2", "[2001:db8::1]", "2001:db8::1 ", "1.2.3.4.5", "::g"})
    CHECK_EQ(source(rhost), rhost);
}
