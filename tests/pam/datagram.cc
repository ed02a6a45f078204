// SPDX-License-Identifier: Apache-2.0
#include "tests/pam/datagram.h"

namespace sms2fa::test {

std::string header(uint8_t type) {
  return {2, static_cast<char>(type)};
}

std::string field(Tag tag, std::string_view value) {
  std::string out = {static_cast<char>(tag), static_cast<char>(value.size() >> 8),
                     static_cast<char>(value.size() & 0xff)};
  return out.append(value);
}

std::string shown(Type type, uint8_t style, std::string_view text) {
  return header(type) + field(kStyle, std::string(1, static_cast<char>(style))) +
         field(kText, text);
}

std::optional<Datagram> read_datagram(std::string_view bytes) {
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(bytes[at]); };
  if (bytes.size() < 2 || byte(0) != 2) return std::nullopt;
  Datagram datagram;
  datagram.type = byte(1);
  uint8_t last = 0;
  size_t at = 2;
  while (at < bytes.size()) {
    if (bytes.size() - at < 3) return std::nullopt;
    const uint8_t tag = byte(at);
    const size_t length = static_cast<size_t>(byte(at + 1)) << 8 | byte(at + 2);
    at += 3;
    if (tag <= last || bytes.size() - at < length) return std::nullopt;
    datagram.fields[tag] = std::string(bytes.substr(at, length));
    last = tag;
    at += length;
  }
  return datagram;
}

uint8_t style_named(std::string_view name) {
  uint8_t style = 1;
  for (const char* known : {"echo_on", "echo_off", "info", "error"}) {
    if (name == known) return style;
    ++style;
  }
  return 0;
}

}  // namespace sms2fa::test
