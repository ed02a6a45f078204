// SPDX-License-Identifier: Apache-2.0
#include "lib/otp/base32.h"

#include <cstdint>
#include <string>

#include "lib/base/alphabet.h"

namespace sms2fa {

namespace {

constexpr std::string_view kCharacters = characters_of(Alphabet::base32);
constexpr unsigned kBits = 5;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Characters that an encoding of whole bytes never leaves in its last group of eight.
bool impossible_length(size_t characters) {
  const size_t rest = characters % 8;
  return rest == 1 || rest == 3 || rest == 6;
}

}  // namespace

Secret base32_encode(std::string_view bytes) {
  Secret text(std::string((bytes.size() * 8 + kBits - 1) / kBits, ' '));
  uint32_t window = 0;
  unsigned held = 0;
  size_t written = 0;
  for (const char byte : bytes) {
    window = window << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= kBits; held -= kBits)
      text.writable()[written++] = kCharacters[window >> (held - kBits) & 31];
  }
  if (held > 0) text.writable()[written] = kCharacters[window << (kBits - held) & 31];
  return text;
}

std::optional<Secret> base32_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size());
  uint32_t window = 0;
  unsigned held = 0;
  size_t characters = 0;
  bool sound = true;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    const size_t value = kCharacters.find(upper(c));
    sound = sound && value != std::string_view::npos;
    window = window << kBits | static_cast<uint32_t>(value & 31);
    held += kBits;
    ++characters;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(window >> held & 0xff);
  }
  const bool clean = (window & ((1u << held) - 1)) == 0;
  std::optional<Secret> decoded;
  if (sound && clean && !impossible_length(characters)) decoded.emplace(bytes);
  wipe(bytes);
  return decoded;
}

}  // namespace sms2fa
