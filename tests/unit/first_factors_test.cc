// SPDX-License-Identifier: Apache-2.0
#include "lib/rules/first_factors.h"

#include "lib/rules/certificate.h"
#include "tests/support/test.h"

using namespace sms2fa;

namespace {

using Kind = FirstFactor::Kind;

// Made with ssh-keygen -s for keys of three types, by the CA whose fingerprint ssh-keygen -l told.
constexpr const char* kEd25519 =
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIA6AJGhzySz/OlqsqnNDGbkOCTPISANfPtPJHn"
    "HnQYBFAAAAIPj4xvgcp/wUuFxvBq+pC/c1EXqdhySLyBoGwPmOVf3sAAAAAAAAAAAAAAABAAAAAmlkAAAABwAAAANi"
    "b2IAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYW"
    "dlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAA"
    "AAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAglfKgqgW0P3WrwYvgSL/tbSJq0i"
    "/uUmxsd8ZpOBRQMjMAAABTAAAAC3NzaC1lZDI1NTE5AAAAQNJaAQwAqP+iBGcQoYM3UryXXSvjSGbjE1D70dxLwZbx"
    "dinS8kDYViQLhV+EZ+NeUopNc0fBRhPI+zvn96iumQk=";
constexpr const char* kEcdsa =
    "AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgsFXocqa7QDTMOIdYkfYGlhWo8P"
    "0Uz4MH5DEaMpIydzkAAAAIbmlzdHAyNTYAAABBBOHULc5HETGmJq/Eed97Sza3bdivVCvqmPKx/nzmp158dCf1aQSz"
    "MZsOCAh7wvczeEENGqFt9AbsJ+dfAGKw77IAAAAAAAAAAAAAAAEAAAACaWQAAAAHAAAAA2JvYgAAAAAAAAAA//////"
    "////8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5n"
    "AAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci"
    "1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACCV8qCqBbQ/davBi+BIv+1tImrSL+5SbGx3xmk4FFAyMwAA"
    "AFMAAAALc3NoLWVkMjU1MTkAAABACjDazd4SbVHFHltUWnUVoh727rug9katfKHTTD+yMt5nzngTsK3P+g+WJ9P88c"
    "0mqwtQQnw3BSuOOmsjXZgFBA==";
constexpr const char* kRsa =
    "AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAg+rNzYT87U3bqH2Iu51BU0qD+z/tPjozo++fZHYJzHK"
    "oAAAADAQABAAABAQCyFE4SGUxt1wfF+8kh9Z/2NfcXmF2tFmM+ioSs23c5vE5HdrlgpVFO+1NBnVvSZSWxBG4Og8Vq"
    "6IpsUyMthT7Kc7PCjE0Hv/ip0/iO/CUmpor2C9avwUhxQLgkFxiRjYwOpstEJ2bvLwG17Wf8hXjYFuqD0FBEYCPLbq"
    "/trI0RON/ktDYhHLpCAjba8tX7RTxJS9Bf5RBFQLq0hs/0Gw349bHJ3c88dhLUzRHuOA62xcJWR8eKULUdIYfMqJGP"
    "QW8ezmoI4CCKzdNTYl3SYRXi6hRAnwgymPot1wZUCraDOSeAiJ36RSXSd/DD9114DtdCY2z+GoqdytKzJuAaQCwHAA"
    "AAAAAAAAAAAAABAAAAAmlkAAAABwAAAANib2IAAAAAAAAAAP//////////AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1m"
    "b3J3YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZG"
    "luZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1"
    "MTkAAAAglfKgqgW0P3WrwYvgSL/tbSJq0i/uUmxsd8ZpOBRQMjMAAABTAAAAC3NzaC1lZDI1NTE5AAAAQJSZdq+U3h"
    "dvRATqFfKPGu8Tar5Z+V3rj61iea7xlRKAA5/XBHhkkbkFZHOKsQP5YUMl3P7nuNsGg8fygYubeQw=";
constexpr const char* kHostEd25519 =
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIPnD3x+EGetr55DfWiqsfC8prbMd6ZoDxO8kaf"
    "J68ymjAAAAIPj4xvgcp/wUuFxvBq+pC/c1EXqdhySLyBoGwPmOVf3sAAAAAAAAAAAAAAACAAAAAmlkAAAAAAAAAAAA"
    "AAAA//////////8AAAAAAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJXyoKoFtD91q8GL4Ei/7W0iatIv7l"
    "JsbHfGaTgUUDIzAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEDrRyDImk/lGFV3zHsCjV6D0S3xoCidIhJZKjdEk+I/37LD"
    "B9+KCQfFzktLOU0dWnr8nIGTcykiNNsAXr51q9MI";
constexpr const char* kCa = "SHA256:l7QTs36LiG3zMGwdbRNhbG6OXOrHFJ7ErZsr2v1sBbY";
constexpr const char* kEd25519Type = "ssh-ed25519-cert-v01@openssh.com";

std::string line_of(const std::string& type, const std::string& base64) {
  return "publickey " + type + " " + base64 + "\n";
}

bool has(const FirstFactors& first, Kind kind, const std::string& ca = "") {
  return proves(first, {kind, ca});
}

}  // namespace

TEST(the_ca_of_a_certificate_is_read) {
  CHECK_EQ(fingerprint_of_ca(kEd25519Type, kEd25519).value_or(""), kCa);
  CHECK_EQ(fingerprint_of_ca("ecdsa-sha2-nistp256-cert-v01@openssh.com", kEcdsa).value_or(""), kCa);
  CHECK_EQ(fingerprint_of_ca("ssh-rsa-cert-v01@openssh.com", kRsa).value_or(""), kCa);
}

TEST(what_is_no_user_certificate_has_none) {
  CHECK(!fingerprint_of_ca(kEd25519Type, kHostEd25519));
  CHECK(!fingerprint_of_ca("ssh-rsa-cert-v01@openssh.com", kEd25519));
  CHECK(!fingerprint_of_ca("ssh-ed25519", kEd25519));
  CHECK(!fingerprint_of_ca("", ""));
  CHECK(!fingerprint_of_ca(kEd25519Type, ""));
  CHECK(!fingerprint_of_ca(kEd25519Type, "===="));
  CHECK(!fingerprint_of_ca(kEd25519Type, std::string(kEd25519) + "AAAA"));
  CHECK(!fingerprint_of_ca(kEd25519Type, std::string(20000, 'A')));
}

TEST(a_cut_certificate_has_none_wherever_it_is_cut) {
  const std::string whole = kEd25519;
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK(!fingerprint_of_ca(kEd25519Type, whole.substr(0, size)));
}

TEST(another_byte_anywhere_names_the_ca_or_nobody_or_another) {
  // Only sshd sees to the signature. What counts here: nothing reads beyond the end.
  const std::string whole = kEd25519;
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = changed[at] == '/' ? 'A' : '/';
    (void)fingerprint_of_ca(kEd25519Type, changed);
  }
}

TEST(a_key_is_a_publickey_and_no_more) {
  const auto first = read_first_factors("publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPj4\n");
  CHECK(first.complete);
  CHECK(has(first, Kind::publickey));
  for (const Kind kind :
       {Kind::none, Kind::sk, Kind::cert, Kind::password, Kind::hostbased, Kind::gssapi})
    CHECK(!has(first, kind));
}

TEST(a_certificate_is_a_publickey_and_a_cert_of_its_ca) {
  const auto first = read_first_factors(line_of(kEd25519Type, kEd25519));
  CHECK(first.complete);
  CHECK(has(first, Kind::publickey));
  CHECK(has(first, Kind::cert));
  CHECK(has(first, Kind::cert, kCa));
  CHECK(!has(first, Kind::cert, "SHA256:other"));
  CHECK(!has(first, Kind::sk));
}

TEST(an_sk_key_is_one) {
  const auto first = read_first_factors("publickey sk-ssh-ed25519@openssh.com AAAA\n");
  CHECK(has(first, Kind::sk));
  CHECK(has(first, Kind::publickey));
  CHECK(!has(first, Kind::cert));
}

TEST(the_other_methods_are_known) {
  const auto first = read_first_factors(
      "hostbased ssh-rsa AAAA\ngssapi-with-mic bob@EXAMPLE\npassword\nkeyboard-interactive/pam\n");
  CHECK(first.complete);
  CHECK(has(first, Kind::hostbased));
  CHECK(has(first, Kind::gssapi));
  CHECK(has(first, Kind::password));
  CHECK(!has(first, Kind::publickey));
}

TEST(nothing_is_none) {
  CHECK(has(read_first_factors(""), Kind::none));
  CHECK(has(read_first_factors("keyboard-interactive/pam\n"), Kind::none));
  CHECK(!has(read_first_factors("password\n"), Kind::none));
}

TEST(what_can_not_be_read_is_not_complete) {
  CHECK(!read_first_factors("publickey").complete);
  CHECK(!read_first_factors("publickey \n").complete);
  CHECK(!read_first_factors(line_of(kEd25519Type, std::string(kEd25519).substr(0, 400))).complete);
  CHECK(!read_first_factors(line_of("ssh-new-cert-v02@openssh.com", kEd25519)).complete);
  // A name that only begins as one.
  CHECK(read_first_factors("publickeys ssh-rsa AAAA\n").proved.empty());
}
