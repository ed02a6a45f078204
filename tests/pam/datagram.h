// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// docs/PROTOCOL.md once more, in the daemon's place and without lib/wire, so that a defect there
// cannot hide itself; and without its bounds, so that a script can break them.
namespace sms2fa::test {

enum Type : uint8_t { kHello = 1, kPrompt = 2, kNotice = 3, kAnswer = 4, kVerdict = 5, kMore = 10 };
enum Tag : uint8_t {
  kNonce = 1,
  kFlags,
  kService,
  kUser,
  kRhost,
  kTty,
  kRuser,
  kSshAuthInfo,
  kStyle,
  kText,
  kVerdictTag,
  kReason
};

struct Datagram {
  uint8_t type = 0;
  std::map<uint8_t, std::string> fields;

  std::string value(Tag tag) const {
    const auto found = fields.find(tag);
    return found == fields.end() ? std::string() : found->second;
  }
};

std::string header(uint8_t type);
std::string field(Tag tag, std::string_view value);
std::string shown(Type type, uint8_t style, std::string_view text);

// Nothing when the bytes are no message of version 1 with fields in ascending order.
std::optional<Datagram> read_datagram(std::string_view bytes);

// 1 for "echo_on", … as in the field style; 0 when there is no such style.
uint8_t style_named(std::string_view name);

}  // namespace sms2fa::test
